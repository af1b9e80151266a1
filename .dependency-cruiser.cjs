/**
 * The walls between rooms. Each rule says why it stands; `npm run verify` walks them all.
 * Rooms: schemas (the contract) · collectors · sandbox · server (doors: routes, tasks, stream; pure: checks, close,
 * reconcile, lineage; the rest is the middle) · ui · test.
 */
const PURE = "^server/(checks|close|forecast|reconcile|lineage)/";
const TEST = "^test/|[.]test[.]ts$";
const DOORS = ["routes", "tasks", "stream"];

/** A library that may be named in one place only, so that it can be exchanged there. */
const ONLY_IN = [
  { library: "chdb|@clickhouse/client", home: "^server/store/clickhouse[.]ts$" },
  {
    library: "pg|@electric-sql/pglite",
    home: "^server/store/postgres[.]ts$|^collectors/sql-warehouse/postgres-door[.]ts$",
  },
  { library: "pg-boss", home: "^server/tasks/boss[.]ts$" },
  { library: "better-auth", home: "^server/people/auth[.]ts$" },
  { library: "nodemailer", home: "^server/receivers/email[.]ts$" },
  { library: "socket[.]io", home: "^server/stream/socket[.]ts$" },
  { library: "socket[.]io-client", home: "^ui/state/" },
];

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      comment: "Two files that need each other are one thing, or a third thing is missing between them.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-orphans",
      comment: "A file nobody imports and that starts nothing is dead.",
      severity: "error",
      from: { orphan: true, pathNot: ["^[.]", "[.]config[.]ts$", "[.]d[.]m?ts$", "[.]test[.]ts$"] },
      to: {},
    },
    {
      name: "everything-resolves",
      comment: "An import that leads nowhere fails at start.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^virtual:" },
    },
    {
      name: "declared-packages-only",
      comment: "A package must stand in package.json; what the server runs on must stand in `dependencies`.",
      severity: "error",
      from: {},
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "server-needs-no-tools",
      comment: "What runs in production does not import a development tool.",
      severity: "error",
      from: { path: "^(schemas|server|collectors|sandbox)/", pathNot: TEST },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["npm", "type-only"], pathNot: "node_modules/@types/" },
    },
    {
      name: "schemas-know-zod-only",
      comment: "The contract is read by every room and must be readable without any of them.",
      severity: "error",
      from: { path: "^schemas/", pathNot: [TEST, "^schemas/export[.]ts$"] },
      to: { pathNot: ["^schemas/", "^node_modules/zod/"] },
    },
    {
      name: "collector-knows-no-sibling",
      comment: "A vendor's folder can be added or thrown away alone. What two share belongs into collectors/*.ts.",
      severity: "error",
      from: { path: "^collectors/([^/]+)/" },
      to: { path: "^collectors/[^/]+/", pathNot: "^collectors/$1/" },
    },
    {
      name: "collectors-know-the-contract-only",
      comment: "A collector is handed clock, network and log; it reaches for no store, door or world.",
      severity: "error",
      from: { path: "^collectors/", pathNot: TEST },
      to: { path: "^(server|sandbox|ui|test)/" },
    },
    {
      name: "collector-never-meets-its-sandbox",
      comment: "A collector meets its sandbox over HTTP only; otherwise the rehearsal proves nothing.",
      severity: "error",
      from: { path: "^collectors/[^/]+/", pathNot: [TEST, "/sandbox[^/]*[.]ts$", "/sandbox/"] },
      to: { path: "^collectors/[^/]+/sandbox" },
    },
    {
      name: "pure-rooms",
      comment: "Facts in, verdicts out: no clock, no I/O, no stores. Time comes as an argument.",
      severity: "error",
      from: { path: PURE, pathNot: TEST },
      to: { path: "^(server|collectors|sandbox|ui|test)/", pathNot: PURE },
    },
    {
      name: "pure-rooms-do-no-io",
      comment: "A pure room imports nothing that reads a disk, a network or a clock.",
      severity: "error",
      from: { path: PURE, pathNot: TEST },
      to: { dependencyTypes: ["core"] },
    },
    ...DOORS.map((door) => ({
      name: `door-${door}-stands-alone`,
      comment: "Doors call the middle and never each other; what two doors need belongs into the middle.",
      severity: "error",
      from: { path: `^server/${door}/`, pathNot: TEST },
      to: { path: `^server/(${DOORS.filter((other) => other !== door).join("|")})/` },
    })),
    {
      name: "middle-never-calls-a-door",
      comment: "The middle serves every door alike. app.ts, main.ts and the other starters join them.",
      severity: "error",
      from: { path: "^server/[^/]+/", pathNot: [TEST, `^server/(${DOORS.join("|")})/`] },
      to: { path: `^server/(${DOORS.join("|")})/` },
    },
    {
      name: "server-knows-no-sandbox",
      comment:
        "Only the start, beside the rooms, chooses to play the systems; no room may tell a sandbox from a vendor.",
      severity: "error",
      from: { path: "^server/[^/]+/", pathNot: TEST },
      to: { path: "^sandbox/|^collectors/[^/]+/sandbox|^collectors/sandbox" },
    },
    {
      name: "sandbox-plays-from-outside",
      comment: "The played world knows the contract and the sandboxes, never the server it is played to.",
      severity: "error",
      from: { path: "^sandbox/", pathNot: TEST },
      to: {
        path: "^(server|ui|test)/|^collectors/",
        pathNot: "^collectors/sandbox[^/]*[.]ts$|^collectors/[^/]+/sandbox",
      },
    },
    {
      name: "ui-knows-the-contract-only",
      comment: "The console speaks to the server over its doors; only ui/api.ts names the app's types.",
      severity: "error",
      from: { path: "^ui/", pathNot: [TEST, "^ui/api[.]ts$"] },
      to: { path: "^(server|collectors|sandbox|test)/" },
    },
    {
      name: "ui-api-takes-types-only",
      comment: "ui/api.ts may name types of the app; code of the server never reaches the browser.",
      severity: "error",
      from: { path: "^ui/api[.]ts$" },
      to: { path: "^(server|collectors|sandbox)/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "server-knows-no-ui",
      comment: "The console is served as built files.",
      severity: "error",
      from: { path: "^(schemas|server|collectors|sandbox)/" },
      to: { path: "^ui/" },
    },
    {
      name: "nothing-leans-on-tests",
      comment: "Tests know the house; the house does not know its tests.",
      severity: "error",
      from: { pathNot: [TEST, "^vitest[.]config[.]ts$"] },
      to: { path: TEST },
    },
    ...ONLY_IN.map(({ library, home }) => ({
      name: `one-home-for-${library.replace(/[^a-z|-]/g, "").replace("|", "-and-")}`,
      comment: `Named in ${home.replace(/[\^$[\]]/g, "")} only, so that it can be exchanged there.`,
      severity: "error",
      from: { pathNot: [home, TEST] },
      to: { path: `^node_modules/(${library})/` },
    })),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|test-output|[.]tieout)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["svelte", "types", "import", "node", "default"],
    },
    reporterOptions: { text: { highlightFocused: true } },
  },
};
