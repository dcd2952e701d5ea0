import type { WrittenConfig, WrittenSecret } from "./shapes.js";

/** A secret that the configuration names. */
export interface NamedSecret {
  /** Unique; for the detector of its value. */
  readonly id: string;
  /** For people. */
  readonly what: string;
  readonly secret: WrittenSecret;
}

/** Every secret that the configuration names, wherever it stands. */
export function namedSecrets({ connections, notifications }: WrittenConfig): readonly NamedSecret[] {
  return [
    ...connections.flatMap(({ name: { value: name }, credential }): readonly NamedSecret[] =>
      credential === undefined
        ? []
        : [{ id: `credentials/${name}`, what: `connections ${name}: credential`, secret: credential.value }],
    ),
    ...notifications.webhooks.flatMap(({ name: { value: name }, secrets }) =>
      secrets.map(({ value }, index) => ({
        id: `notifications/${name}/${index}`,
        what: `notifications ${name}: secret`,
        secret: value,
      })),
    ),
    ...notifications.slack.map(({ name: { value: name }, url }) => ({
      id: `notifications/${name}`,
      what: `notifications ${name}: url`,
      secret: url.value,
    })),
  ];
}
