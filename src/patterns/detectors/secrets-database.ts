import type { Detector } from "../detector.js";
import { alnum } from "./sample-text.js";

const SCHEMES =
  "(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\\+srv)?|rediss?|amqps?|mssql|sqlserver|oracle|clickhouse|cockroachdb|cassandra|couchdb|neo4j|bolt|nats|ldaps?|smtps?|imaps?|kafka|mqtts?|snowflake|jdbc:[a-z0-9]{2,16})";
const PASSWORD = "[^\\s/\"'`<>]{1,128}";

/** Passwords inside addresses and connection strings. A connection string goes as a whole, since host and
 *  user are of use to nobody but an attacker; of a web address the path stays. */
export const databaseSecrets: readonly Detector[] = [
  {
    id: "secrets/connection-string",
    entity: "DATABASE_CREDENTIALS",
    pattern: `(?<![A-Za-z0-9])${SCHEMES}(?:\\+[a-z0-9]{2,16})?://[^\\s:/@"'\`<>]{0,64}:${PASSWORD}@[^\\s"'\`<>]{1,200}`,
    ignoreCase: true,
    validator: "address-credentials",
    specificity: 80,
    source: "RFC 3986 section 3.2.1; libpq, MongoDB, Redis and AMQP URI documentation",
    examples: [
      `postgres://app:${alnum(12)}@db.internal:5432/main`,
      `mongodb+srv://app:${alnum(10)}@cluster0.example.net/x`,
      `redis://:${alnum(12)}@cache:6379/0`,
    ],
    counterExamples: [
      "postgres://db.internal:5432/main",
      "mysql://user:$PASSWORD@db/x",
      "mongodb://<user>:<password>@db/x",
    ],
  },
  {
    id: "secrets/url-credentials",
    entity: "URL_CREDENTIALS",
    pattern: `(?<![A-Za-z0-9])(?:https?|ftps?|sftp|ssh|git|svn|wss?)(?:\\+[a-z]{2,8})?://[^\\s:/@"'\`<>]{1,64}:${PASSWORD}@[A-Za-z0-9.:_\\[\\]-]{1,128}`,
    ignoreCase: true,
    validator: "address-credentials",
    specificity: 60,
    source: "RFC 3986 section 3.2.1: user information",
    examples: [`https://deploy:${alnum(12)}@git.example.com/r.git`, "ftp://user:pass@example.com"],
    counterExamples: ["http://localhost:8080/a@b", "https://example.com/@user", "https://{user}:{pass}@host"],
  },
  {
    id: "secrets/url-token",
    entity: "URL_CREDENTIALS",
    pattern: "(?<![A-Za-z0-9])https?://([A-Za-z0-9_-]{20,128})(?=@)",
    ignoreCase: true,
    validator: "mixed-token",
    specificity: 60,
    source: "RFC 3986 section 3.2.1; Sentry DSN and git hosts put a token where the user stands",
    examples: [`https://${alnum(32)}@git.example.com/r.git`],
    counterExamples: ["https://example.com/a@b"],
  },
  {
    id: "secrets/connection-password",
    entity: "DATABASE_PASSWORD",
    pattern: "(?<![A-Za-z0-9])(?:password|pwd)\\s?=\\s?([^\\s;\"'`<>{}()]{4,128})(?=;)",
    ignoreCase: true,
    validator: "credential-value",
    specificity: 55,
    source: "Microsoft Learn, ODBC and ADO.NET connection strings",
    examples: [`Server=db;Uid=app;Pwd=${alnum(10)};`],
    counterExamples: ["Server=db;Pwd=;", "Pwd=$PWD;", "Password=<password>;"],
  },
  {
    id: "secrets/database-variable",
    entity: "DATABASE_PASSWORD",
    pattern:
      "(?<![A-Za-z0-9])(?:PGPASSWORD|MYSQL_PWD|REDISCLI_AUTH|(?:PG|DB|MYSQL|POSTGRES|REDIS|MONGO|MARIADB|RABBITMQ|LDAP|SMTP)_(?:ROOT_)?PASS(?:WORD)?)\\s?[=:]\\s?[\"']?([^\\s\"'<>{}()$][^\\s\"'<>{}()]{3,127})",
    validator: "credential-value",
    specificity: 54,
    source: "libpq environment variables; MySQL environment variables",
    examples: [`PGPASSWORD=${alnum(10)} psql`],
    counterExamples: ["PGPASSWORD=$PASSWORD psql"],
  },
  {
    id: "secrets/command-password",
    entity: "COMMAND_PASSWORD",
    pattern:
      "(?<=\\s)--?(?:password|passwd|passphrase|api-key|apikey|token|secret|auth-token|access-token)[= ][\"']?([^\\s\"'<>{}()$-][^\\s\"'<>{}()$]{5,128})",
    validator: "mixed-token",
    specificity: 30,
    source: "POSIX utility conventions; long options of mysql, helm, docker and others",
    examples: [`mysql --user=a --password=${alnum(12)}`],
    counterExamples: ["mysql --password=$PW", "gh auth login --token read-from-stdin"],
  },
  {
    id: "secrets/curl-user",
    entity: "COMMAND_PASSWORD",
    pattern:
      "(?<![A-Za-z0-9])curl [^\\n|;]{0,120}(?:-u|--user) ?[\"']?([A-Za-z0-9._@-]{1,64}:[^\\s\"'<>{}()$]{4,128})",
    validator: "credential-pair",
    specificity: 40,
    source: "curl manual, --user",
    examples: [`curl -s -u admin:${alnum(12)} https://example.com`],
    counterExamples: ["curl -u $USER:$PASS https://example.com"],
  },
];
