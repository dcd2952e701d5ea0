import type { JsonObject } from "../../domain/json.js";
import { numberOf, objectOf, objectsOf, textOf } from "../fields.js";

export const HEADING = ["APPROVAL", "STATE", "WHO", "RULE", "MODEL", "VOTES", "LEFT"] as const;

/** A review as a line for people. */
export function approvalRow(approval: JsonObject, nowMs: number): readonly string[] {
  const needed = Math.max(1, numberOf(approval, "approvalsNeeded"));
  const agreed = objectsOf(approval, "votes").filter((vote) => textOf(vote, "verdict") === "approve").length;
  return [
    textOf(approval, "approvalId"),
    textOf(approval, "state"),
    textOf(objectOf(approval, "requester"), "subject"),
    `${textOf(approval, "policy")}/${textOf(approval, "rule")}`,
    `${textOf(approval, "connection")}/${textOf(approval, "model")}`,
    `${agreed}/${needed}`,
    textOf(approval, "state") === "pending" ? left(textOf(approval, "expiresAt"), nowMs) : "-",
  ];
}

function left(expiresAt: string, nowMs: number): string {
  const seconds = Math.max(0, Math.round((Date.parse(expiresAt) - nowMs) / 1000));
  if (!Number.isFinite(seconds)) return "-";
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
