// Keeps the page's own files, so that it opens without a network.

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(address: string): string }): { createScriptURL(address: string): unknown };
}

/** Registers the service worker and says when the page is kept. */
export async function startOffline(kept: () => void): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const { trustedTypes } = window as { trustedTypes?: TrustedTypes };
  const only = "sw.js";
  // The one script address that the page makes; its policy lets no other through.
  const policy = trustedTypes?.createPolicy("ai-keys-offline", {
    createScriptURL(address) {
      if (address !== only) throw new TypeError("not the page's own");
      return address;
    },
  });
  try {
    await navigator.serviceWorker.register((policy?.createScriptURL(only) ?? only) as string);
    await navigator.serviceWorker.ready;
    kept();
  } catch {
    // A private window, or a page opened from a file: it works, but only with a network.
  }
}
