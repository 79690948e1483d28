// A workflow with one step of the Action.

/** Returns the text; `steps` follow the Action's own. */
export function workflow({ event, inputs = {}, steps = "", job = "" }) {
  const lines = Object.entries(inputs).map(([name, value]) => `          ${name}: ${JSON.stringify(value)}\n`);
  return `name: keys
on: [${event}]
permissions:
  contents: read
  pull-requests: write
jobs:
  keys:
    runs-on: ubuntu-24.04
${job}    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
      - id: keys
        uses: org/ai-keys-action@v1
${lines.length > 0 ? `        with:\n${lines.join("")}` : ""}${steps}`;
}
