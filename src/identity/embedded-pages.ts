import type { DemoUser } from "./demo-users.js";

/** Headers of every page; `form-action` is set per page, since browsers hold redirects to it too. */
export function pageHeaders(redirectOrigin: string): Record<string, string> {
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": `default-src 'none'; style-src 'unsafe-inline'; form-action 'self' ${redirectOrigin}; frame-ancestors 'none'; base-uri 'none'`,
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  };
}

/** The login page of the demo: a button for each user, no password. `request` is carried along. */
export function chooserPage(users: readonly DemoUser[], request: Readonly<Record<string, string>>): string {
  const hidden = Object.entries(request)
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join("\n");
  const buttons = users
    .map((user) => {
      const name = escapeHtml(user.name);
      return `<li><button name="user" value="${name}">${name}</button> ${escapeHtml(user.groups.join(", "))}</li>`;
    })
    .join("\n");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in to the Sluice demo</title>
<meta name="viewport" content="width=device-width">
<style>body{font:1rem/1.5 system-ui;max-width:32rem;margin:4rem auto;padding:0 1rem}li{list-style:none;margin:.5rem 0}
ul{padding:0}button{font:inherit;min-width:12rem;padding:.4rem}</style></head>
<body><h1>Sign in to the Sluice demo</h1>
<p>This issuer lives inside the demo and asks for no password.</p>
<form method="post" action="/authorize">
${hidden}
<ul>
${buttons}
</ul>
</form></body></html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
