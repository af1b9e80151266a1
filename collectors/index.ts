import { airbyte } from "./airbyte/index.ts";
import { airflow } from "./airflow/index.ts";
import { anaplan } from "./anaplan/index.ts";
import { azureDataFactory } from "./azure-data-factory/index.ts";
import { boomi } from "./boomi/index.ts";
import type { Collector } from "./collector.ts";
import { dbt } from "./dbt/index.ts";
import { dynamics365Finance } from "./dynamics-365-finance/index.ts";
import { fivetran } from "./fivetran/index.ts";
import { inforIon } from "./infor-ion/index.ts";
import { informatica } from "./informatica/index.ts";
import { kafkaConnect } from "./kafka-connect/index.ts";
import { mulesoft } from "./mulesoft/index.ts";
import { fileExchange } from "./file-exchange/index.ts";
import { kafka } from "./kafka/index.ts";
import { netsuite } from "./netsuite/index.ts";
import { oracleEbs } from "./oracle-ebs/index.ts";
import { oracleFusion } from "./oracle-fusion/index.ts";
import { powerbi } from "./powerbi/index.ts";
import { sapEcc } from "./sap-ecc/index.ts";
import { sapIntegrationSuite } from "./sap-integration-suite/index.ts";
import { sapS4hana } from "./sap-s4hana/index.ts";
import { workato } from "./workato/index.ts";
import { sqlWarehouse } from "./sql-warehouse/index.ts";
import { workdayAdaptive } from "./workday-adaptive/index.ts";
import { oracleEpm } from "./oracle-epm/index.ts";
import { workday } from "./workday/index.ts";
import { coupa } from "./coupa/index.ts";
import { salesforce } from "./salesforce/index.ts";
import { tableau } from "./tableau/index.ts";

/** Every kind of system Tieout can read. */
export const collectors = [
  sapS4hana,
  sapIntegrationSuite,
  anaplan,
  powerbi,
  workdayAdaptive,
  azureDataFactory,
  netsuite,
  airflow,
  dynamics365Finance,
  boomi,
  oracleEpm,
  oracleFusion,
  workday,
  mulesoft,
  dbt,
  inforIon,
  coupa,
  workato,
  informatica,
  fileExchange,
  sapEcc,
  salesforce,
  fivetran,
  oracleEbs,
  kafka,
  airbyte,
  tableau,
  sqlWarehouse,
  kafkaConnect,
] as readonly Collector[];
