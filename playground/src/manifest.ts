// What the pictures need of a manifest that the core has found sound: names and dates.

import { parse, TomlDate } from "smol-toml";

import { readDay } from "./days.ts";

/** A key's dates, its defaults applied. */
export interface KeyDates {
  name: string;
  owner: string | null;
  targets: string[] | null;
  expires: number | null;
  rotateEvery: number | null;
  overlap: number;
  isEnabled: boolean;
  isProtected: boolean;
}

/** The tables that the page draws. */
export interface Tables {
  namespace: string;
  /** The names of the targets. */
  targets: string[];
  keys: KeyDates[];
}

type Table = Record<string, unknown>;

/** Reads a manifest; `null` if it is not TOML. */
export function readTables(text: string): Tables | null {
  let root: Table;
  try {
    root = parse(text);
  } catch {
    return null;
  }
  const defaults = table(table(root["defaults"])["key"]);
  return {
    namespace: words(root["namespace"]) ?? "",
    targets: Object.keys(table(root["target"])),
    keys: Object.entries(table(root["key"]))
      .map(([name, fields]) => dates(name, { ...defaults, ...table(fields) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function dates(name: string, fields: Table): KeyDates {
  const rotate = table(fields["rotate"]);
  return {
    name,
    owner: words(fields["owner"]),
    targets: Array.isArray(fields["targets"]) ? fields["targets"].map(String) : null,
    expires: day(fields["expires"]),
    rotateEvery: days(rotate["every"]),
    overlap: days(rotate["overlap"]) ?? 7,
    isEnabled: fields["enabled"] !== false,
    isProtected: fields["protect"] === true,
  };
}

function table(value: unknown): Table {
  return typeof value === "object" && value !== null && !(value instanceof Date) ? (value as Table) : {};
}

function words(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function day(value: unknown): number | null {
  return value instanceof TomlDate ? readDay(value.toISOString().slice(0, 10)) : null;
}

function days(value: unknown): number | null {
  const found = /^(\d+)d$/.exec(words(value) ?? "");
  return found ? Number(found[1]) : null;
}
