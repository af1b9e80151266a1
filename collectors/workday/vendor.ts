import * as z from "zod";
import { xmlElement, xmlText } from "../xml.ts";

/** Shapes of what Workday Web Services (Integrations) and reports as a service answer. Only what is read is required. */

/** Elements that may occur several times. */
export const LISTS = [
  "ID",
  "Integration_Event",
  "Integration_Runtime_Parameter_Data",
  "Background_Process_Message_Data",
  "Validation_Error",
];

const Reference = xmlElement({
  "@Descriptor": z.string().optional(),
  ID: z.array(z.looseObject({ "@type": z.string(), "#text": z.string().default("") })).default([]),
});
type Reference = z.infer<typeof Reference>;

/** An object's id of a type, such as `WID`. */
export function idOf(reference: Reference | undefined, type: string): string | null {
  return reference?.ID.find((id) => id["@type"] === type)?.["#text"] || null;
}

const Parameter = xmlElement({
  Parameter_Name: xmlText().optional(),
  Text: xmlText().optional(),
  Date: xmlText().optional(),
});
const Message = xmlElement({ Message_Summary: xmlText().optional(), Message_Detail: xmlText().optional() });

export const IntegrationEvent = xmlElement({
  Integration_Event_Reference: Reference,
  Integration_Event_Data: xmlElement({
    Integration_System_Reference: Reference.optional(),
    Initiated_DateTime: xmlText(),
    Completed_DateTime: xmlText().optional(),
    Integration_Response_Message: xmlText().optional(),
    /** 1 is all. */
    Percent_Complete: xmlText().optional(),
    Integration_Runtime_Parameter_Data: z.array(Parameter).default([]),
  }),
  Background_Process_Instance_Data: xmlElement({
    Background_Process_Instance_Status_Reference: Reference.optional(),
    Parent_Event_Reference: Reference.optional(),
    Background_Process_Message_Data: z.array(Message).default([]),
  }).prefault({}),
});
export type IntegrationEvent = z.infer<typeof IntegrationEvent>;

const Events = xmlElement({ Integration_Event: z.array(IntegrationEvent).default([]) }).prefault({});

export const EventsAnswer = z.looseObject({
  Envelope: z.looseObject({
    Body: z.looseObject({
      Get_Integration_Events_Response: z.looseObject({
        Response_Data: Events,
        Response_Results: xmlElement({ Total_Pages: xmlText().default("1") }).prefault({}),
      }),
    }),
  }),
});

export const LaunchAnswer = z.looseObject({
  Envelope: z.looseObject({
    Body: z.looseObject({
      Launch_Integration_Event_Response: z.looseObject({
        Integration_Event: z.array(z.looseObject({ Integration_Event_Reference: Reference })).min(1),
      }),
    }),
  }),
});

/** Errors come as faults, most of them as HTTP 500. */
export const FaultAnswer = z.looseObject({
  Envelope: z.looseObject({
    Body: z.looseObject({
      Fault: z.looseObject({
        faultcode: xmlText(),
        faultstring: xmlText().default(""),
        detail: xmlElement({
          Validation_Fault: xmlElement({
            Validation_Error: z
              .array(xmlElement({ Message: xmlText().optional(), Detail_Message: xmlText().optional() }))
              .default([]),
          }).prefault({}),
        }).prefault({}),
      }),
    }),
  }),
});

/** A report's rows: columns are what its author named them, references may be objects. Numbers are read as text. */
export const Report = z.looseObject({ Report_Entry: z.array(z.record(z.string(), z.unknown())).default([]) });
