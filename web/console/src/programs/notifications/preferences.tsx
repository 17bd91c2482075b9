import { GroatError, type PreferencesView, type Way, wants } from "@groat/client";
import { useGroatState as useLive } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { explain } from "../../api/problem";
import { groat } from "../../groat";
import { useSaid } from "../../registry/said";
import { Checkbox } from "../../ui/field";
import { Sheet } from "../../ui/overlay";
import { ErrorState, Notice, SkeletonRows } from "../../ui/states";
import { categoriesOf, categoryTitle, OTHERS, switched } from "./channels";

const preferencesQuery = queryOptions({
  queryKey: ["preferences"],
  queryFn: () => groat.api.preferences(),
});

/** Lets the person choose the channels for each category. */
export function PreferencesSheet({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Sheet
      open={open}
      onOpenChange={(next) => !next && onClose()}
      title={t`Notification settings`}
      description={t`All notifications are kept and counted, whatever you choose here.`}
      testId="preferences"
    >
      {open && <Preferences />}
    </Sheet>
  );
}

function Preferences() {
  const query = useQuery(preferencesQuery);
  if (query.isPending) return <SkeletonRows rows={4} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return <Choices preferences={query.data} />;
}

function Choices({ preferences }: { preferences: PreferencesView }) {
  const said = useSaid();
  const queries = useQueryClient();
  // A choice made on another device arrives live.
  const live = useLive((state) => state.notifications.ways);
  const [saving, setSaving] = useState<PreferencesView["ways"] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const known = Object.fromEntries(Object.entries(live).map(([name, chosen]) => [name, [...chosen]]));
  const channels = saving ?? known;
  const categories = categoriesOf({ ...preferences, ways: channels });
  const { mail, email } = preferences;

  async function change(category: string, channel: Way, on: boolean) {
    if (saving) return;
    const next = switched(channels, category, channel, on);
    setSaving(next);
    setProblem(null);
    try {
      const after = await groat.api.setPreferences({ ways: next });
      queries.setQueryData(preferencesQuery.queryKey, after);
      await arrived(after.ways);
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      setProblem(explain(error));
    } finally {
      setSaving(null);
    }
  }

  return (
    <div className="flex flex-col gap-4" aria-busy={saving !== null || undefined}>
      <table className="w-full text-sm">
        <caption className="sr-only">
          <Trans>How you hear of each category</Trans>
        </caption>
        <thead>
          <tr className="text-faint text-xs">
            <th scope="col" className="pb-2 text-left font-medium">
              <Trans>About</Trans>
            </th>
            <th scope="col" className="w-24 pb-2 text-center font-medium">
              <Trans>On screen</Trans>
            </th>
            <th scope="col" className="w-24 pb-2 text-center font-medium">
              <Trans>E-mail</Trans>
            </th>
          </tr>
        </thead>
        <tbody>
          {categories.map((category) => {
            const title = categoryTitle(category, categories.length === 1, said.category);
            return (
              <tr key={category} className="border-line border-t">
                <th scope="row" className="py-3.5 pr-3 text-left font-medium">
                  {title}
                  {category === OTHERS && categories.length > 1 && (
                    <span className="block font-normal text-faint text-xs">
                      <Trans>What comes up in future, too</Trans>
                    </span>
                  )}
                </th>
                {(["toast", "email"] as const).map((channel) => (
                  <td key={channel}>
                    <span className="flex justify-center">
                      <Checkbox
                        aria-label={`${title}: ${channel === "toast" ? t`on screen` : t`by e-mail`}`}
                        checked={wants(channels, channel, category)}
                        disabled={channel === "email" && !mail}
                        onCheckedChange={(checked) => void change(category, channel, checked === true)}
                      />
                    </span>
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
      {problem && (
        <Notice tone="bad" role="alert">
          {problem}
        </Notice>
      )}
      <p className="border-line border-t pt-4 text-faint text-sm">
        {!mail
          ? t`This server sends no e-mail.`
          : email
            ? t`E-mail goes to ${email}. An administrator can change the address.`
            : t`No e-mail address of yours is known here: an administrator can add one.`}
      </p>
    </div>
  );
}

/** Resolves once the live picture says what was saved, so that no choice jumps back in between; gives up after a second. */
function arrived(channels: PreferencesView["ways"]): Promise<void> {
  const wanted = JSON.stringify(channels);
  const said = () => JSON.stringify(groat.getState().notifications.ways) === wanted;
  return new Promise((resolve) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = groat.subscribe(() => said() && finish());
    function finish() {
      clearTimeout(timer);
      end();
      resolve();
    }
    timer = setTimeout(finish, 1_000);
    if (said()) finish();
  });
}
