import { formatAmount, isZero } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Bell, BellRing } from "lucide-react";
import { useEffect, useState } from "react";
import { groat } from "../../groat";
import { Button } from "../../ui/button";
import { Badge } from "../../ui/surface";

const supported = "Notification" in globalThis;

/** Shows a notification; browsers that only let a service worker do so show none. */
function show(title: string, body: string): void {
  try {
    new Notification(title, { body, tag: "groat-credits" });
  } catch {
    // Android's Chromium.
  }
}

/** Tells of new credits by the browser while the page is out of sight. The browser is asked on a click alone. */
export function Notify({ user, asset }: { user: string; asset: string }) {
  const [permission, setPermission] = useState<NotificationPermission>(
    supported ? Notification.permission : "denied",
  );
  useEffect(() => {
    if (permission !== "granted") return undefined;
    return groat.onChange((change) => {
      if (change.type !== "event" || !change.live || change.event.stream !== `user:${user}`) return;
      if (document.visibilityState === "visible") return;
      for (const { account, asset: changed, delta, balance } of change.event.changes ?? []) {
        if (account !== `user:${user}` || changed !== asset || isZero(delta)) continue;
        const words = `${formatAmount(delta, { sign: "always" })} ${asset}`;
        show(words, change.event.reason || t`You have ${formatAmount(balance)} ${asset} now.`);
      }
    });
  }, [permission, user, asset]);
  if (!supported) return null;
  if (permission === "granted") {
    return (
      <Badge tone="good">
        <BellRing aria-hidden /> <Trans>Browser notifications are on</Trans>
      </Badge>
    );
  }
  if (permission === "denied") return null;
  return (
    <Button onClick={() => void Notification.requestPermission().then(setPermission)}>
      <Bell aria-hidden /> <Trans>Notify me in this browser</Trans>
    </Button>
  );
}
