import { readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { XMLValidator } from "fast-xml-parser";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import * as z from "zod";
import { createMetrics } from "../../server/metrics.ts";

const DEPLOY = resolve(import.meta.dirname, "../../deploy");
const KUBERNETES = join(DEPLOY, "kubernetes");
const text = (...path: string[]) => readFileSync(join(DEPLOY, ...path), "utf8");

const Quantity = z.union([z.number().positive(), z.string().regex(/^\d+(\.\d+)?(m|[KMGT]i)?$/)]);
const Amounts = z.object({ cpu: Quantity, memory: Quantity });
const Probe = z.union([
  z.object({ httpGet: z.object({ path: z.string().startsWith("/"), port: z.string() }) }),
  z.object({ exec: z.object({ command: z.array(z.string()).min(1) }) }),
]);
const Reference = z.object({ name: z.string(), key: z.string() });
const Variable = z.union([
  z.strictObject({ name: z.string(), value: z.string() }),
  z.strictObject({ name: z.string(), valueFrom: z.strictObject({ secretKeyRef: Reference }) }),
]);
const Container = z.object({
  name: z.string(),
  image: z
    .string()
    .regex(/:[\w.-]+$/, "an image is named with its version")
    .refine((image) => !image.endsWith(":latest")),
  args: z.array(z.string()).optional(),
  ports: z.array(z.object({ name: z.string(), containerPort: z.int() })).min(1),
  env: z.array(Variable).default([]),
  envFrom: z.array(z.object({ secretRef: z.object({ name: z.string() }) })).default([]),
  securityContext: z.object({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.object({ drop: z.tuple([z.literal("ALL")]) }),
  }),
  resources: z.object({ requests: Amounts, limits: Amounts }),
  startupProbe: Probe,
  readinessProbe: Probe,
  livenessProbe: Probe,
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string().startsWith("/") })),
});
const Workload = z.object({
  apiVersion: z.literal("apps/v1"),
  kind: z.enum(["Deployment", "StatefulSet"]),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    replicas: z.int().positive(),
    serviceName: z.string().optional(),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.object({
        automountServiceAccountToken: z.literal(false),
        terminationGracePeriodSeconds: z.int().min(30),
        securityContext: z.object({ runAsNonRoot: z.literal(true), runAsUser: z.int().positive() }),
        containers: z.array(Container).min(1),
        volumes: z
          .array(z.object({ name: z.string(), configMap: z.object({ name: z.string() }).optional() }))
          .default([]),
      }),
    }),
    volumeClaimTemplates: z.array(z.object({ metadata: z.object({ name: z.string() }) })).default([]),
  }),
});
const Anything = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});

const files = readdirSync(KUBERNETES).filter((name) => name.endsWith(".yaml") && name !== "kustomization.yaml");
const objects = files.flatMap((file) =>
  parseAllDocuments(text("kubernetes", file)).map((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors.join(", ")}`);
    return Anything.parse(document.toJS());
  }),
);
const ofKind = (kind: string) => objects.filter((object) => object.kind === kind);
const workloads = objects
  .filter(({ kind }) => ["Deployment", "StatefulSet"].includes(kind))
  .map((object) => Workload.parse(object));

describe("on Kubernetes", () => {
  const kustomization = z
    .object({
      resources: z.array(z.string()),
      configMapGenerator: z.array(z.object({ name: z.string(), files: z.array(z.string()) })),
    })
    .parse(parse(text("kubernetes", "kustomization.yaml")));

  test("every file is applied, except the secrets somebody fills in", () => {
    expect(kustomization.resources.toSorted()).toEqual(
      files.filter((file) => file !== "secrets.example.yaml").toSorted(),
    );
  });
  test("both engines, their keepers and each role are there", () => {
    expect(workloads.map(({ metadata }) => metadata.name).toSorted()).toEqual([
      "api",
      "clickhouse",
      "collect",
      "keeper",
      "postgres",
      "work",
    ]);
  });
  test.each(workloads)("$kind $metadata.name selects itself and mounts what it declares", ({ metadata, spec }) => {
    const { template, selector, volumeClaimTemplates } = spec;
    expect(template.metadata.labels).toMatchObject(selector.matchLabels);
    const volumes = [
      ...template.spec.volumes.map(({ name }) => name),
      ...volumeClaimTemplates.map((claim) => claim.metadata.name),
    ];
    for (const container of template.spec.containers) {
      for (const { name } of container.volumeMounts) expect(volumes).toContain(name);
      const ports = new Set(container.ports.map(({ name }) => name));
      for (const probe of [container.startupProbe, container.readinessProbe, container.livenessProbe]) {
        if ("httpGet" in probe) expect(ports).toContain(probe.httpGet.port);
      }
    }
    for (const { configMap } of template.spec.volumes) {
      if (configMap) expect(kustomization.configMapGenerator.map(({ name }) => name)).toContain(configMap.name);
    }
    const budget = ofKind("PodDisruptionBudget").find((each) => each.metadata.name === metadata.name);
    expect(budget?.spec).toMatchObject({ selector: { matchLabels: selector.matchLabels } });
  });
  test("secrets are referred to, and every one referred to is declared", () => {
    const declared = new Map(
      ofKind("Secret").map((secret) => [secret.metadata.name, Object.keys(secret.stringData as object)]),
    );
    for (const { env, envFrom } of workloads.flatMap(({ spec }) => spec.template.spec.containers)) {
      for (const { secretRef } of envFrom) expect([...declared.keys()]).toContain(secretRef.name);
      for (const variable of env) {
        if ("valueFrom" in variable)
          expect(declared.get(variable.valueFrom.secretKeyRef.name)).toContain(variable.valueFrom.secretKeyRef.key);
        else expect(variable.name).not.toMatch(/PASSWORD$|SECRET|TOKEN|ADMIN_KEY|_URL$(?<!TIEOUT_URL)/);
      }
    }
  });
  test("each service leads to a port of what it selects", () => {
    const Service = z.object({
      spec: z.object({ selector: z.object({ app: z.string() }), ports: z.array(z.object({ targetPort: z.string() })) }),
    });
    for (const { spec } of ofKind("Service").map((service) => Service.parse(service))) {
      const target = workloads.find(({ metadata }) => metadata.name === spec.selector.app);
      const ports =
        target?.spec.template.spec.containers.flatMap((container) => container.ports.map(({ name }) => name)) ?? [];
      for (const { targetPort } of spec.ports) expect(ports).toContain(targetPort);
    }
  });
  test.each(["cluster.xml", "keeper.xml"])("%s is whole, and names replicas there are", (file) => {
    expect(XMLValidator.validate(text("kubernetes", file))).toBe(true);
    for (const [, name = "", number] of text("kubernetes", file).matchAll(/<host(?:name)?>(\w+)-(\d+)\.\w+</g)) {
      const set = workloads.find(({ metadata }) => metadata.name === name);
      expect(Number(number)).toBeLessThan(set?.spec.replicas ?? 0);
    }
  });
});

describe("with compose", () => {
  const Service = z.object({
    image: z.string().regex(/:[\w.-]+$/),
    user: z.string().regex(/^[1-9]\d*:[1-9]\d*$/),
    read_only: z.literal(true),
    cap_drop: z.tuple([z.literal("ALL")]),
    security_opt: z.tuple([z.literal("no-new-privileges:true")]),
    healthcheck: z.object({ test: z.array(z.string()).min(2) }),
    deploy: z.object({ resources: z.object({ limits: z.object({ cpus: z.string(), memory: z.string() }) }) }),
    environment: z.record(z.string(), z.string()).default({}),
    secrets: z.array(z.string()).default([]),
    volumes: z.array(z.string()).default([]),
    ports: z.array(z.string()).default([]),
  });
  const compose = z
    .object({
      services: z.record(z.string(), Service),
      secrets: z.record(z.string(), z.object({ file: z.string() })),
      volumes: z.record(z.string(), z.unknown()),
    })
    .parse(parse(text("compose.yaml"), { merge: true }));

  test.each(Object.entries(compose.services))(
    "%s keeps its secrets elsewhere and mounts what is declared",
    (_name, service) => {
      for (const secret of service.secrets) expect(Object.keys(compose.secrets)).toContain(secret);
      for (const volume of service.volumes) expect(Object.keys(compose.volumes)).toContain(volume.split(":")[0]);
      for (const [name, value] of Object.entries(service.environment)) {
        if (/PASSWORD$|SECRET$|ADMIN_KEY$|(DATABASE|CLICKHOUSE)_URL$/.test(name))
          expect(value).toMatch(/^\$\{\w+:\?.+\}$/);
      }
      for (const port of service.ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    },
  );
  test("each role has a process", () => {
    expect(Object.keys(compose.services).toSorted()).toEqual(["api", "clickhouse", "collect", "postgres", "work"]);
  });
});

describe("the tower's own alerts", () => {
  const Rule = z.strictObject({
    alert: z.string().startsWith("Tieout"),
    expr: z.string(),
    for: z
      .string()
      .regex(/^\d+[smh]$/)
      .optional(),
    labels: z.object({ severity: z.enum(["page", "ticket"]) }),
    annotations: z.object({ summary: z.string().min(10), runbook_url: z.string() }),
  });
  const { groups } = z
    .object({ groups: z.array(z.object({ name: z.string(), rules: z.array(Rule) })) })
    .parse(parse(text("prometheus", "rules.yaml")));
  const rules = groups.flatMap((group) => group.rules);
  // `up` is Prometheus's own.
  const known = new Set([
    "up",
    ...createMetrics()
      .registry.getMetricsAsArray()
      .flatMap(({ name }) => [name, `${name}_bucket`, `${name}_count`]),
  ]);
  const operations = readFileSync(join(DEPLOY, "../docs/operations.md"), "utf8");
  const runbooks = [...operations.matchAll(/^### (\w+)$/gm)].map(([, name = ""]) => name);

  test.each(rules)("$alert asks for figures there are, and has a runbook", ({ alert, expr, annotations }) => {
    const asked = [...expr.matchAll(/\b(up|tieout_\w+|nodejs_\w+|process_\w+)\b/g)].map(([, name = ""]) => name);
    expect(asked.length).toBeGreaterThan(0);
    for (const name of asked) expect([...known]).toContain(name);
    expect(annotations.runbook_url).toBe(`docs/operations.md#${alert.toLowerCase()}`);
    expect(runbooks).toContain(alert);
  });
  test("every runbook named for an alert has one", () => {
    expect(runbooks.filter((name) => name.startsWith("Tieout")).toSorted()).toEqual(
      rules.map(({ alert }) => alert).toSorted(),
    );
  });
});

test("the image runs as somebody else than root, and brings the roles its manifests name", () => {
  expect(text("Dockerfile")).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
  expect(basename(/ENTRYPOINT \["node", "([^"]+)"/.exec(text("Dockerfile"))?.[1] ?? "")).toBe("main.ts");
});
