import "@fontsource-variable/inter";
import "@fontsource-variable/jetbrains-mono";
import { mount } from "svelte";
import App from "./App.svelte";
import "./tokens.css";
import "./shared.css";
import "./lists.css";
import "./overlays.css";

mount(App, { target: document.getElementById("console")! });
