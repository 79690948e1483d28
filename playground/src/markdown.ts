// Draws the little Markdown that `explain` returns: headings, paragraphs, lists, code and https links.

import { h, type Child } from "./dom.ts";

/** Draws a text as elements. */
export function draw(text: string): HTMLElement {
  const page = h("div", { class: "prose" });
  let paragraph: string[] = [];
  let code: string[] | null = null;
  const close = () => {
    if (paragraph.length > 0) page.append(h("p", {}, ...inline(paragraph.join(" "))));
    paragraph = [];
  };
  for (const line of text.split("\n")) {
    if (line.startsWith("```")) {
      if (code) page.append(h("pre", { tabindex: "0" }, h("code", {}, code.join("\n"))));
      else close();
      code = code ? null : [];
    } else if (code) {
      code.push(line);
    } else if (/^#+ /.test(line)) {
      close();
      const words = line.replace(/^#+ /, "");
      page.append(line.startsWith("# ") ? h("h3", {}, words) : h("h4", {}, words));
    } else if (/^[-*] /.test(line)) {
      close();
      page.append(h("p", { class: "item" }, "• ", ...inline(line.slice(2))));
    } else if (line.trim() === "") {
      close();
    } else {
      paragraph.push(line.trim());
    }
  }
  close();
  return page;
}

/** Splits a line into text, `code`, *emphasis* and <https://…>. */
export function inline(text: string): Child[] {
  return text.split(/(`[^`]+`|<https:\/\/[^>\s]+>|\*[^*\s][^*]*\*)/).map((piece) => {
    if (/^`.+`$/.test(piece)) return h("code", {}, piece.slice(1, -1));
    if (/^<https:.+>$/.test(piece)) return link(piece.slice(1, -1));
    if (/^\*.+\*$/.test(piece)) return h("em", {}, piece.slice(1, -1));
    return piece;
  });
}

function link(address: string): HTMLElement {
  const shown = address.replace(/^https:\/\//, "");
  return h("a", { href: address, rel: "noopener noreferrer", target: "_blank" }, shown);
}
