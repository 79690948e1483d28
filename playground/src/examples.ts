// The manifests to choose from: the repository's own, and those that show what the page can do.

import manyAccounts from "../../examples/many-accounts/keys.toml";
import quickstart from "../../examples/quickstart/keys.toml";
import lifeToml from "../examples/life.toml";
import lifeSnapshot from "../examples/life.snapshot.json";
import mistakes from "../examples/mistakes.toml";
import quickstartSnapshot from "../examples/quickstart.snapshot.json";

/** A manifest to start from. */
export interface Example {
  id: string;
  title: string;
  manifest: string;
  snapshot?: string;
  /** The day that it was written for, where the day is the point. */
  today?: string;
  /** The view that shows best what it is about. */
  view?: string;
}

/** All of them; the first is shown on an empty visit. */
export const EXAMPLES: Example[] = [
  { id: "quickstart", title: "Quickstart, with a plan", manifest: quickstart, snapshot: quickstartSnapshot, view: "plan" },
  { id: "mistakes", title: "A dozen mistakes to mend", manifest: mistakes, view: "problems" },
  { id: "life", title: "Expiry, rotation and grace", manifest: lifeToml, snapshot: lifeSnapshot, today: "2026-11-23", view: "life" },
  { id: "many-accounts", title: "Many accounts", manifest: manyAccounts, view: "limits" },
];
