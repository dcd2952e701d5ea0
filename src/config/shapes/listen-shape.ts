import { boolean, mapped, optional, record, required, text, withDefault } from "../../documents/index.js";
import { path } from "./scalars.js";

const address = mapped(text({ what: "host:port", maxLength: 256 }), (written) => written);

/** `listen`. */
export const listenShape = record(
  {
    http: withDefault(address, "127.0.0.1:8080", "HTTP and WebSocket, host:port."),
    grpc: withDefault(address, "127.0.0.1:50051", "gRPC, host:port."),
    metrics: optional(
      address,
      "Where `GET /metrics` is served for Prometheus, host:port, without a token; default: nowhere.",
    ),
    insecure: withDefault(
      boolean(),
      false,
      "Allow plaintext beyond loopback, for example behind a TLS proxy.",
    ),
  },
  "where to listen",
);

/** The TLS files of one listener. */
export const tlsOf = record(
  {
    cert: required(path("the path of a PEM certificate chain"), "Certificate chain, PEM."),
    key: required(path("the path of a PEM private key"), "Private key, PEM."),
    clientCa: optional(
      path("the path of a PEM file"),
      "Authorities whose client certificates are demanded (mTLS).",
    ),
  },
  "TLS files",
);
