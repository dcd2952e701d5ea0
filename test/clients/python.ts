import { spawnSync } from "node:child_process";

/** A Python that has grpcio, as Debian's python3-grpcio puts it beside the first one; null where there is none. */
export function pythonWithGrpc(): string | null {
  const imports = ["-c", "import grpc, google.protobuf"];
  const found = ["/usr/bin/python3", "python3"].find(
    (name) => spawnSync(name, imports, { timeout: 20_000 }).status === 0,
  );
  return found ?? null;
}
