import { VendorError } from "../collector.ts";
import { createRedaction, excerptOf } from "../redaction.ts";
import { readXml } from "../xml.ts";
import { FaultAnswer, LISTS } from "./vendor.ts";

/** What a fault means: of the caller's own kinds credentials, rights or the request; anything else may pass. */
export function faultOf(operation: string, text: string, secrets: readonly string[]): VendorError {
  const redact = createRedaction(secrets);
  let fault;
  try {
    fault = readXml(text, FaultAnswer, { what: operation, lists: LISTS, secrets }).Envelope.Body.Fault;
  } catch {
    return new VendorError("unreachable", `${operation} answered 500: ${excerptOf(redact(text)) || "nothing"}`);
  }
  const details = fault.detail.Validation_Fault.Validation_Error.map(
    ({ Message, Detail_Message }) => Detail_Message || Message,
  );
  const said = [fault.faultstring, ...details].filter(Boolean).join("; ");
  const message = `${operation} answered with a fault: ${excerptOf(redact(said))}`;
  if (/authenticationError/.test(fault.faultcode)) return new VendorError("unauthorized", message);
  if (/not authorized|permission/i.test(said)) return new VendorError("forbidden", message);
  return new VendorError(/Client/.test(fault.faultcode) ? "refused" : "unreachable", message);
}
