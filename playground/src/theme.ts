// Light or dark: the system's choice until the reader makes one.

import { byId } from "./dom.ts";

const KEPT = "ai-keys-theme";

/** Wires the switch and restores an earlier choice. */
export function startTheme(): void {
  const button = byId("theme", HTMLButtonElement);
  const system = matchMedia("(prefers-color-scheme: dark)");
  let chosen = read();
  const isDark = () => (chosen ? chosen === "dark" : system.matches);
  const show = () => {
    document.documentElement.dataset["theme"] = isDark() ? "dark" : "light";
    button.textContent = isDark() ? "☀" : "☾";
    button.setAttribute("aria-label", isDark() ? "Switch to light colours" : "Switch to dark colours");
    button.title = button.getAttribute("aria-label") ?? "";
  };
  button.addEventListener("click", () => {
    chosen = isDark() ? "light" : "dark";
    keep(chosen);
    show();
  });
  system.addEventListener("change", show);
  show();
}

function read(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null; // Storage is switched off; the choice lasts as long as the page.
  }
}

function keep(theme: string): void {
  try {
    localStorage.setItem(KEPT, theme);
  } catch {
    // As above.
  }
}
