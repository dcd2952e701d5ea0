/** Writer repeats each delta in `choices[].message`; the SDK then takes the last one for the message. */
export function withoutMessages(body: string): string {
  const lines = body.split("\n").map((line) => {
    if (!line.startsWith("data: {")) return line;
    const event = JSON.parse(line.slice(6));
    for (const choice of event.choices ?? []) if (choice.delta) delete choice.message;
    return `data: ${JSON.stringify(event)}`;
  });
  return lines.join("\n");
}
