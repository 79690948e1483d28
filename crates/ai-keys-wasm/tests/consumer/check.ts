// A page that only tells mistakes: a smaller module, with the same functions.
import initCheck, { targets, validate, type Report } from "ai-keys/check/web";
import { limits } from "ai-keys/check";

export async function mistakes(text: string, module: BufferSource): Promise<Report> {
  await initCheck({ module_or_path: module });
  console.assert(targets(text) !== undefined || limits(text) === undefined, "limits without targets");
  return validate(text);
}
