/** A person of the demo. */
export interface DemoUser {
  readonly name: string;
  readonly groups: readonly string[];
  readonly team: string;
}

/** Who can sign in at the demo's issuer: one for each role, and a second reviewer for reviews that
 *  need two people. */
export const DEMO_USERS: readonly DemoUser[] = [
  { name: "developer", groups: ["engineering", "finance"], team: "finance" },
  { name: "reviewer", groups: ["compliance"], team: "compliance" },
  { name: "second-reviewer", groups: ["compliance"], team: "compliance" },
  { name: "auditor", groups: ["audit"], team: "finance" },
  { name: "operator", groups: ["platform"], team: "platform" },
];
