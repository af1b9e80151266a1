import { Temporal } from "temporal-polyfill";
import { createCalendars } from "../../server/close/calendars.ts";
import { smallEstate } from "../small-estate.ts";
import { atMost, defineBench } from "./bench.ts";

const YEARS = { from: 2021, to: 2030 };

/** Sixty countries with the zone their companies keep. */
const PLACES =
  `DE Europe/Berlin,FR Europe/Paris,GB Europe/London,US America/New_York,BR America/Sao_Paulo,NL Europe/Amsterdam,
BE Europe/Brussels,AT Europe/Vienna,CH Europe/Zurich,IT Europe/Rome,ES Europe/Madrid,PT Europe/Lisbon,PL Europe/Warsaw,
CZ Europe/Prague,SK Europe/Bratislava,HU Europe/Budapest,RO Europe/Bucharest,BG Europe/Sofia,GR Europe/Athens,SE Europe/Stockholm,
NO Europe/Oslo,DK Europe/Copenhagen,FI Europe/Helsinki,IE Europe/Dublin,IN Asia/Kolkata,CN Asia/Shanghai,JP Asia/Tokyo,
KR Asia/Seoul,SG Asia/Singapore,AU Australia/Sydney,NZ Pacific/Auckland,CA America/Toronto,MX America/Mexico_City,
AR America/Buenos_Aires,CL America/Santiago,CO America/Bogota,PE America/Lima,ZA Africa/Johannesburg,NG Africa/Lagos,
EG Africa/Cairo,AE Asia/Dubai,SA Asia/Riyadh,TR Europe/Istanbul,IL Asia/Jerusalem,UA Europe/Kyiv,EE Europe/Tallinn,
LV Europe/Riga,LT Europe/Vilnius,LU Europe/Luxembourg,HR Europe/Zagreb,SI Europe/Ljubljana,RS Europe/Belgrade,MT Europe/Malta,
CY Asia/Nicosia,TH Asia/Bangkok,VN Asia/Ho_Chi_Minh,ID Asia/Jakarta,PH Asia/Manila,MY Asia/Kuala_Lumpur,KE Africa/Nairobi`
    .split(/,\s*/)
    .map((place) => place.split(" ") as [string, string]);

export const calendar = defineBench({
  name: "calendar",
  title: `every deadline of ${YEARS.to - YEARS.from + 1} years in ${PLACES.length} countries, from calendars never asked before`,
  unit: "ms",
  goal: atMost(1000),
  reference: "the zone library alone, turning as many wall times into instants",
  async run({ say }) {
    const base = smallEstate();
    const entities = PLACES.map(([country, zone], at) => {
      return { id: `${country}${at}`, name: country, country, currency: "EUR", zone };
    });
    const estate = smallEstate({ entities });
    const began = performance.now();
    const calendars = createCalendars(estate);
    const locals: [string, string][] = [];
    for (let year = YEARS.from; year <= YEARS.to; year++) {
      for (let month = 1; month <= 12; month++) {
        const period = calendars.period(`${year}-${String(month).padStart(2, "0")}`)!;
        for (const { id } of entities) {
          for (const milestone of base.close.milestones) {
            const { local, zone } = calendars.milestoneDeadline(period, id, milestone);
            locals.push([local, zone]);
          }
        }
      }
    }
    const value = performance.now() - began;
    say(`${locals.length.toLocaleString("en")} deadlines resolved`);
    const bare = performance.now();
    for (const [local, zone] of locals) void Temporal.PlainDateTime.from(local).toZonedDateTime(zone).epochMilliseconds;
    return { value, reference: performance.now() - bare };
  },
});
