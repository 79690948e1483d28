// The same in a page without a bundler: the module is loaded first.
import init, { explain, schema, version, type Report, validate } from "ai-keys/web";

export async function check(text: string, module: BufferSource): Promise<Report> {
  await init({ module_or_path: module });
  const report: Report = validate(text);
  for (const { code } of report.diagnostics) console.assert(explain(code) !== undefined, code);
  console.assert("$defs" in schema() && version().length > 0);
  return report;
}
