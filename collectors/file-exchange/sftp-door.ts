import { createHash } from "node:crypto";
import SftpClient from "ssh2-sftp-client";
import { VendorError, type SystemOf } from "../collector.ts";
import { createRedaction } from "../redaction.ts";
import type { FileDoor } from "./file-door.ts";
import type { Settings } from "./settings.ts";

const PATIENCE = 20_000;

/** SFTP, with a host whose key is known. `connection.secret` is a password, or a private key in PEM or OpenSSH form. */
export function sftpDoor({ settings, connection }: SystemOf<Settings>, url: URL): FileDoor {
  const { user = "", secret = "" } = connection;
  const redact = createRedaction([secret]);
  const root = decodeURIComponent(url.pathname).replace(/\/+$/, "");
  const pathOf = (folder: string, name = "") => `${root}${folder === "/" ? "" : folder}/${name}`;
  let open: Promise<SftpClient> | null = null;

  async function connect(): Promise<SftpClient> {
    if (!settings.hostKey) {
      throw new VendorError(
        "refused",
        "settings.hostKey is missing; a host whose key is not known is not connected to.",
      );
    }
    const client = new SftpClient();
    let shown = "";
    const isKey = secret.includes("PRIVATE KEY");
    try {
      await client.connect({
        ...{ host: url.hostname, port: Number(url.port || 22), username: user, readyTimeout: PATIENCE },
        ...(isKey ? { privateKey: secret.replaceAll("\\n", "\n") } : { password: secret }),
        hostVerifier: (key: Buffer) => {
          shown = `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
          return shown === settings.hostKey?.replace(/=+$/, "");
        },
      });
      return client;
    } catch (error) {
      await client.end().catch(() => {});
      throw refusal(error as Error, url.host, shown, settings.hostKey, redact);
    }
  }
  const sftp = () => (open ??= connect());
  const asked = async <T>(what: string, ask: (client: SftpClient) => Promise<T>): Promise<T> => {
    try {
      return await ask(await sftp());
    } catch (error) {
      if (error instanceof VendorError) throw error;
      open = null;
      throw new VendorError("unreachable", redact(`${what} failed: ${(error as Error).message}`));
    }
  };

  return {
    list: (folder) =>
      asked(`Listing ${folder}`, async (client) => {
        if (!(await client.exists(pathOf(folder)))) {
          throw new VendorError("not-found", `There is no folder ${folder} at the address, or it may not be seen.`);
        }
        const listed = await client.list(pathOf(folder));
        return listed
          .filter(({ type }) => type === "-")
          .map(({ name, size, modifyTime }) => {
            return { folder, name, bytes: size, modifiedAt: new Date(modifyTime).toISOString() };
          });
      }),
    read: ({ folder, name }) =>
      asked(`Reading ${name}`, async (client) => {
        if (!(await client.exists(pathOf(folder, name)))) return null;
        return (await client.get(pathOf(folder, name))) as Buffer;
      }),
    async close() {
      const client = await open?.catch(() => null);
      open = null;
      await client?.end();
    },
  };
}

function refusal(error: Error, host: string, shown: string, expected: string, redact: (text: string) => string) {
  if (shown && shown !== expected.replace(/=+$/, "")) {
    const message = `${host} shows another key than the one known, ${shown}; nothing was sent. Somebody may stand between.`;
    return new VendorError("forbidden", message);
  }
  if (/authentication methods failed|parse privateKey|Cannot parse/i.test(error.message)) {
    return new VendorError("unauthorized", `${host} refuses the user or the secret.`);
  }
  return new VendorError("unreachable", redact(`${host} could not be reached: ${error.message}`));
}
