import type { Command } from "commander";
import * as approvals from "./approvals.js";
import * as ask from "./ask.js";
import * as completion from "./completion.js";
import * as config from "./config.js";
import * as demo from "./demo.js";
import * as doctor from "./doctor.js";
import * as init from "./init.js";
import type { Io } from "./io.js";
import * as mask from "./mask.js";
import * as policy from "./policy.js";
import * as replay from "./replay.js";
import * as serve from "./serve.js";
import * as sessions from "./sessions.js";
import * as token from "./token.js";
import * as verify from "./verify.js";
import * as version from "./version.js";

/** A command adds itself; what it needs is loaded when it runs, since start-up is felt. */
export interface CliCommand {
  register(program: Command, io: Io, exit: (code: number) => void): void;
}

export const commands: readonly CliCommand[] = [
  serve,
  demo,
  mask,
  ask,
  token,
  sessions,
  replay,
  approvals,
  policy,
  config,
  doctor,
  init,
  verify,
  completion,
  version,
];
