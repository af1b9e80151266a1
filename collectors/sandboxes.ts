import { airbyteSandbox } from "./airbyte/sandbox.ts";
import { airflowSandbox } from "./airflow/sandbox.ts";
import { anaplanSandbox } from "./anaplan/sandbox.ts";
import { azureDataFactorySandbox } from "./azure-data-factory/sandbox.ts";
import { boomiSandbox } from "./boomi/sandbox.ts";
import { dbtSandbox } from "./dbt/sandbox.ts";
import { dynamics365FinanceSandbox } from "./dynamics-365-finance/sandbox.ts";
import { fivetranSandbox } from "./fivetran/sandbox.ts";
import { inforIonSandbox } from "./infor-ion/sandbox.ts";
import { informaticaSandbox } from "./informatica/sandbox.ts";
import { kafkaConnectSandbox } from "./kafka-connect/sandbox.ts";
import { mulesoftSandbox } from "./mulesoft/sandbox.ts";
import { fileExchangeSandbox } from "./file-exchange/sandbox.ts";
import { kafkaSandbox } from "./kafka/sandbox.ts";
import { netsuiteSandbox } from "./netsuite/sandbox.ts";
import { oracleEbsSandbox } from "./oracle-ebs/sandbox.ts";
import { oracleFusionSandbox } from "./oracle-fusion/sandbox.ts";
import { powerbiSandbox } from "./powerbi/sandbox.ts";
import type { Sandbox } from "./sandbox.ts";
import { sapEccSandbox } from "./sap-ecc/sandbox.ts";
import { sapIntegrationSuiteSandbox } from "./sap-integration-suite/sandbox.ts";
import { sapS4hanaSandbox } from "./sap-s4hana/sandbox.ts";
import { workatoSandbox } from "./workato/sandbox.ts";
import { sqlWarehouseSandbox } from "./sql-warehouse/sandbox.ts";
import { workdayAdaptiveSandbox } from "./workday-adaptive/sandbox.ts";
import { oracleEpmSandbox } from "./oracle-epm/sandbox.ts";
import { workdaySandbox } from "./workday/sandbox.ts";
import { coupaSandbox } from "./coupa/sandbox.ts";
import { salesforceSandbox } from "./salesforce/sandbox.ts";
import { tableauSandbox } from "./tableau/sandbox.ts";

/** Every vendor that can be played, in the order the starter serves them. */
export const SANDBOXES: readonly Sandbox[] = [
  sapS4hanaSandbox,
  sapIntegrationSuiteSandbox,
  anaplanSandbox,
  powerbiSandbox,
  workdayAdaptiveSandbox,
  azureDataFactorySandbox,
  netsuiteSandbox,
  airflowSandbox,
  dynamics365FinanceSandbox,
  boomiSandbox,
  oracleEpmSandbox,
  oracleFusionSandbox,
  workdaySandbox,
  mulesoftSandbox,
  dbtSandbox,
  inforIonSandbox,
  coupaSandbox,
  workatoSandbox,
  informaticaSandbox,
  fileExchangeSandbox,
  sapEccSandbox,
  salesforceSandbox,
  fivetranSandbox,
  oracleEbsSandbox,
  kafkaSandbox,
  airbyteSandbox,
  tableauSandbox,
  sqlWarehouseSandbox,
  kafkaConnectSandbox,
];
