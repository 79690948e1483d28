// The views of the side panel as tabs, by the ARIA pattern: arrows move, only one is in the order of Tab.

import { byId, h } from "../dom.ts";
import type { Judged, View } from "../page.ts";

/** The side panel. */
export class Tabs {
  private readonly tabs = new Map<string, HTMLButtonElement>();
  private readonly panels = new Map<string, HTMLElement>();
  private readonly drawn = new Map<string, Judged>();
  private judged: Judged | null = null;
  private current: string;

  constructor(
    private readonly views: View[],
    private readonly switched: () => void,
  ) {
    const bar = byId("tabs", HTMLElement);
    const place = byId("views", HTMLElement);
    for (const view of views) {
      const names = { id: `tab-${view.id}`, "aria-controls": `view-${view.id}` };
      const tab = h("button", { type: "button", role: "tab", ...names, onclick: () => this.show(view.id) }, view.title);
      const panel = h("div", {
        role: "tabpanel",
        id: `view-${view.id}`,
        class: `view ${view.id}`,
        "aria-labelledby": `tab-${view.id}`,
        tabindex: 0,
      });
      this.tabs.set(view.id, tab);
      this.panels.set(view.id, panel);
      bar.append(tab);
      place.append(panel);
    }
    bar.addEventListener("keydown", (event) => this.move(event));
    this.current = views[0]?.id ?? "";
    this.select();
  }

  get shown(): string {
    return this.current;
  }

  /** Shows a view; unknown names are left alone. */
  show(id: string): void {
    if (!this.tabs.has(id) || id === this.current) return;
    this.current = id;
    this.select();
    this.switched();
  }

  /** Draws what is in sight; the rest when it comes into sight. */
  update(judged: Judged): void {
    this.judged = judged;
    for (const view of this.views) {
      const badge = view.badge?.(judged);
      const mark = badge ? h("span", { class: `badge ${badge.tone}`, "aria-label": badge.label }, badge.text) : "";
      this.tabs.get(view.id)?.replaceChildren(view.title, mark);
    }
    this.draw();
  }

  private select(): void {
    for (const [id, tab] of this.tabs) {
      const isShown = id === this.current;
      tab.setAttribute("aria-selected", String(isShown));
      tab.tabIndex = isShown ? 0 : -1;
      const panel = this.panels.get(id);
      if (panel) panel.hidden = !isShown;
    }
    this.draw();
  }

  private draw(): void {
    const view = this.views.find((one) => one.id === this.current);
    const panel = this.panels.get(this.current);
    if (!view || !panel || !this.judged || this.drawn.get(view.id) === this.judged) return;
    this.drawn.set(view.id, this.judged);
    panel.replaceChildren(view.draw(this.judged));
  }

  private move(event: KeyboardEvent): void {
    const ids = this.views.map((view) => view.id);
    const at = ids.indexOf(this.current);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: ids.length - 1 }[event.key];
    const id = to === undefined ? undefined : ids[(to + ids.length) % ids.length];
    if (id === undefined) return;
    event.preventDefault();
    this.show(id);
    this.tabs.get(id)?.focus();
  }
}
