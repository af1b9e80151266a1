import { VendorError, type SystemOf, type Tools } from "../collector.ts";
import { brokerDoor } from "./broker-door.ts";
import type { KafkaDoor } from "./message.ts";
import { proxyDoor } from "./proxy-door.ts";
import type { Settings } from "./settings.ts";

/** `kafka://host:9092,other:9092` is brokers, `https://…` a REST proxy. */
export function openDoor(system: SystemOf<Settings>, tools: Tools): KafkaDoor {
  const { url = "" } = system.connection;
  if (url.startsWith("kafka://")) return brokerDoor(system, url.slice("kafka://".length).split(","));
  if (/^https?:/.test(url)) return proxyDoor(system, tools);
  throw new VendorError("refused", "Topics are read at kafka:// addresses, or at https: ones of a REST proxy.");
}
