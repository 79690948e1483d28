// Views that need the planner, which may still be on its way.

import { loadedPlanner, loadPlanner, type Planner } from "../core.ts";
import { h } from "../dom.ts";
import { empty } from "./empty.ts";

/** Draws with the planner; until it is here, says so and draws then. */
export function withPlanner(draw: (planner: Planner) => Node): Node {
  const planner = loadedPlanner();
  if (planner) return draw(planner);
  const place = h("div", { role: "status", "data-waiting": true }, empty("One moment", "The planner is on its way; it is fetched once."));
  loadPlanner().then(
    (planner) => place.replaceWith(draw(planner)),
    () => {
      const retry = () => place.replaceWith(withPlanner(draw));
      place.replaceChildren(
        empty("No planner yet", "It could not be fetched. The problems and the limits need none.", h("button", { type: "button", onclick: retry }, "Try again")),
      );
    },
  );
  return place;
}
