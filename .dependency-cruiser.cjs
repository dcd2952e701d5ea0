/** The floors of the house: what each room of src/ may import. Held on every `npm test`. */
const floor = (room, mayImport) => ({
  name: `${room}-floor`,
  severity: "error",
  comment: `${room} may import only: ${mayImport.join(", ") || "nothing of ours"}`,
  from: { path: `^src/${room}/` },
  to: { path: "^src/", pathNot: [`^src/${room}/`, ...mayImport.map((name) => `^src/${name}/`)] },
});

const ROOMS = [
  floor("domain", []),
  floor("patterns", ["domain"]),
  floor("documents", ["domain"]),
  floor("sealing", ["domain"]),
  floor("masking", ["domain", "patterns", "documents"]),
  floor("policy", ["domain", "patterns", "documents"]),
  floor("identity", ["domain", "documents", "sealing"]),
  floor("recording", ["domain", "documents", "sealing"]),
  floor("config", ["domain", "documents", "sealing"]),
  floor("dialects", ["domain", "documents", "sealing"]),
  floor("upstreams", ["domain", "dialects"]),
  floor("pipeline", ["domain", "patterns", "documents", "sealing", "masking", "policy", "identity", "recording", "config", "dialects", "upstreams"]),
  floor("frontends", ["domain", "dialects", "identity", "pipeline", "recording", "policy"]),
  floor("metrics", []),
  floor("notifications", ["domain", "policy"]),
  floor("client", []),
];

const only = (name, pkg, rooms) => ({
  name,
  severity: "error",
  from: { path: "^src/", pathNot: rooms },
  to: { path: `node_modules/${pkg}/` },
});

module.exports = {
  forbidden: [
    ...ROOMS,
    only("rxjs-in-pipeline", "rxjs", ["^src/pipeline/"]),
    only("jose-in-identity-and-sealing", "jose", ["^src/identity/", "^src/sealing/"]),
    only("level-in-stores", "level", ["^src/recording/stores/"]),
    only("grpc-in-frontend-and-cli", "@grpc/(grpc-js|proto-loader)", ["^src/frontends/grpc/", "^src/cli/"]),
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "not-to-dev", severity: "error", from: { path: "^src/" }, to: { dependencyTypes: ["npm-dev"] } },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    { name: "main-only-from-outside", severity: "error", from: { path: "^src/", pathNot: "^src/main.ts$" }, to: { path: "^src/main.ts$" } },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"], extensions: [".ts", ".js", ".json"] },
  },
};
