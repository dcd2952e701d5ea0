import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type DocumentSource, Problems, quote, readDocument, suggest } from "../documents/index.js";
import { SluiceError } from "../domain/errors.js";
import { isLoopbackHost, secureUrl } from "../domain/loopback.js";
import { type Address, parseAddress } from "./address.js";
import { type Environment, type Secret, secretOf } from "./secret.js";
import { configShape, type WrittenConfig, type WrittenSecret } from "./shapes.js";

/** The configuration, read and checked. Paths are absolute; secrets stay where they are until used. */
export interface Config {
  /** As the user named it, for messages. */
  readonly file: string;
  readonly written: WrittenConfig;
  readonly http: Address;
  readonly grpc: Address;
  readonly metrics: Address | null;
  /** Where the policies stand; the configuration itself where they are written in it. */
  readonly policyFile: string;
  readonly policiesInline: boolean;
  readonly dataDir: string;
  readonly keysDir: string;
  readonly approvalsDir: string;
  /** Resolves a path of the file against the folder that it stands in. */
  path(written: string): string;
  /** Contents of a PEM file. @throws SluiceError `invalid_config`. */
  pem(written: string, field: string): string;
  secret(written: WrittenSecret): Secret;
  /** The same file as it is now. @throws SluiceError `invalid_config`. */
  reread(): Config;
}

/**
 * Reads a configuration file.
 * @throws SluiceError `invalid_config`, one `file:line:column: field: what is wrong, what is allowed` a line.
 */
export function loadConfig(file: string, env: Environment = process.env): Config {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new SluiceError(
      "invalid_config",
      `${file}: the configuration cannot be read; give an existing file with --config.`,
      {},
      { cause },
    );
  }
  return parseConfig(text, { file, base: dirname(resolve(file)), env });
}

export function parseConfig(
  text: string,
  from: DocumentSource & { readonly base: string; readonly env: Environment },
): Config {
  const { file, base, env } = from;
  const written = readDocument(text, { file }, configShape);
  const problems = new Problems();
  checkConnections(written, problems);
  checkIssuers(written, problems);
  checkRevoked(written, problems);
  checkNotifications(written, problems);
  const policyFile = policyFileOf(written, { file, base, problems });
  problems.throwIfAny();
  const http = listening(written, "http", file);
  const grpc = listening(written, "grpc", file);
  const path = (each: string): string => resolve(base, each);
  return {
    file,
    written,
    http,
    grpc,
    metrics:
      written.listen.metrics === undefined
        ? null
        : parseAddress(written.listen.metrics, `${file}: listen.metrics`),
    policyFile,
    policiesInline: written.policies.value.kind === "inline",
    dataDir: path(written.recording.path),
    keysDir: path(written.keys.dir),
    approvalsDir:
      written.approvals.path === undefined
        ? resolve(path(written.keys.dir), "..", "approvals")
        : path(written.approvals.path),
    path,
    pem: (each, field) => readPem(path(each), { file, field }),
    secret: (each) => secretOf(each, { base, env }),
    reread: () => loadConfig(file, env),
  };
}

function policyFileOf(
  { policies, topics, tests }: WrittenConfig,
  { file, base, problems }: { readonly file: string; readonly base: string; readonly problems: Problems },
): string {
  if (policies.value.kind === "inline") return resolve(file);
  for (const beside of [topics, tests]) {
    if (beside !== undefined)
      problems.add(beside.at, "it belongs into the policy file, since `policies` names one");
  }
  const policyFile = resolve(base, policies.value.path);
  if (!existsSync(policyFile)) problems.add(policies.at, `there is no file ${policyFile}`);
  return policyFile;
}

function listening(written: WrittenConfig, which: "http" | "grpc", file: string): Address {
  const address = parseAddress(written.listen[which], `${file}: listen.${which}`);
  const isPlain = written.tls[which] === undefined && !written.listen.insecure;
  if (isPlain && !isLoopbackHost(address.host)) {
    throw new SluiceError(
      "invalid_config",
      `${file}: listen.${which}: ${address.host} is beyond loopback and there is no TLS; give tls.${which}, or say listen.insecure: true where a proxy in front speaks TLS.`,
      { field: `listen.${which}` },
    );
  }
  return address;
}

function checkConnections({ connections }: WrittenConfig, problems: Problems): void {
  const names = new Set<string>();
  for (const { name, dialect, url, credential } of connections) {
    if (names.has(name.value))
      problems.add(name.at, `a connection ${JSON.stringify(name.value)} stands twice`);
    names.add(name.value);
    if (dialect === "demo") {
      if (url !== undefined) problems.add(url.at, "the demo model has no url; remove it");
      if (credential !== undefined)
        problems.add(credential.at, "the demo model needs no credential; remove it");
      continue;
    }
    if (url === undefined) problems.add(name.at, `the connection ${JSON.stringify(name.value)} needs a url`);
    else if (credential !== undefined && !secureUrl(url.value)) {
      problems.add(url.at, "a credential would travel over plain http beyond loopback; use https");
    }
  }
}

function checkIssuers({ identity }: WrittenConfig, problems: Problems): void {
  const seen = new Set<string>();
  for (const { issuer, insecure, claims, roles, groupsPrefix } of identity.issuers) {
    const named = [...roles.reviewer, ...roles.auditor, ...roles.operator];
    const never = named.find((group) => claims.groups === undefined || !group.startsWith(groupsPrefix));
    if (never !== undefined) {
      const why =
        claims.groups === undefined
          ? "its tokens give no groups; name their claim in `claims.groups`"
          : `its groups begin with ${JSON.stringify(groupsPrefix)} (groupsPrefix)`;
      problems.add(issuer.at, `nobody of this issuer can be in the group ${JSON.stringify(never)}: ${why}`);
    }
    if (seen.has(issuer.value))
      problems.add(issuer.at, `the issuer ${JSON.stringify(issuer.value)} stands twice`);
    seen.add(issuer.value);
    if (!insecure && !secureUrl(issuer.value)) {
      problems.add(issuer.at, "an issuer beyond loopback must be https; say `insecure: true` to allow http");
    }
  }
}

function checkRevoked({ identity }: WrittenConfig, problems: Problems): void {
  const issuers = identity.issuers.map(({ issuer }) => issuer.value);
  for (const { issuer } of identity.revoked) {
    if (issuer === undefined || issuers.includes(issuer.value)) continue;
    problems.add(issuer.at, `${quote(issuer.value)} is not configured; ${suggest(issuer.value, issuers)}`);
  }
}

function checkNotifications({ notifications }: WrittenConfig, problems: Problems): void {
  const names = new Set<string>();
  for (const { name } of [...notifications.webhooks, ...notifications.slack]) {
    if (names.has(name.value)) problems.add(name.at, `a notification ${quote(name.value)} stands twice`);
    names.add(name.value);
  }
  for (const { url, insecure } of notifications.webhooks) {
    const isHttp = URL.canParse(url.value) && /^https?:$/.test(new URL(url.value).protocol);
    if (!isHttp) problems.add(url.at, "it must be an https URL, such as https://hooks.example.com/sluice");
    else if (!insecure && !secureUrl(url.value))
      problems.add(url.at, "a webhook beyond loopback must be https; say `insecure: true` to allow http");
  }
}

function readPem(path: string, at: { readonly file: string; readonly field: string }): string {
  try {
    const pem = readFileSync(path, "utf8");
    if (pem.includes("-----BEGIN ")) return pem;
  } catch (cause) {
    throw new SluiceError(
      "invalid_config",
      `${at.file}: ${at.field}: ${path} cannot be read.`,
      { field: at.field },
      { cause },
    );
  }
  throw new SluiceError("invalid_config", `${at.file}: ${at.field}: ${path} holds no PEM.`, {
    field: at.field,
  });
}
