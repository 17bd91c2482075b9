import type { NotificationView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleX, Info, TriangleAlert } from "lucide-react";
import { kindsQuery } from "../../api/requests";
import { cx } from "../../lib/cx";
import { inSentence } from "../../lib/texts";
import { usePrograms } from "../../registry/registry";
import { useSaid } from "../../registry/said";
import { sentence } from "../../requests/fields";

/** Each level has its icon. A warning or an error always shows it, so that colour never carries the meaning alone. */
const LEVELS = {
  success: { icon: CircleCheck, word: t`Success`, tone: "bg-good-soft text-good" },
  info: { icon: Info, word: t`Information`, tone: "bg-sunken text-muted" },
  warning: { icon: TriangleAlert, word: t`Warning`, tone: "bg-warn-soft text-warn" },
  error: { icon: CircleX, word: t`Problem`, tone: "bg-bad-soft text-bad" },
} as const;

export function NoticeMark({
  notification: { level, category },
  className,
}: {
  notification: Pick<NotificationView, "level" | "category">;
  className?: string;
}) {
  const { icon, word, tone } = LEVELS[level];
  const wrong = level === "warning" || level === "error";
  // The category's own icon stands in place of a good level's.
  const own = usePrograms().find(({ categories }) => categories?.[category])?.categories?.[category];
  const Icon = wrong || !own ? icon : own;
  const title = `${useSaid().category(sentence(category))}: ${inSentence(word)}`;
  return (
    <span
      className={cx("flex size-8 shrink-0 items-center justify-center rounded-full", tone, className)}
      title={title}
    >
      <Icon className="size-4" aria-hidden />
      <span className="sr-only">{title}</span>
    </span>
  );
}

/** Returns the page of a notification's subject; null where it has none here. */
export function useSubjectLink(): (notification: Pick<NotificationView, "subject">) => {
  to: string;
  params: Record<string, string>;
} | null {
  const kinds = useQuery(kindsQuery).data;
  const programs = usePrograms();
  return ({ subject }) => {
    if (!subject) return null;
    if (kinds?.some(({ name }) => name === subject.kind)) {
      return { to: "/requests/$kind/$id", params: { kind: subject.kind, id: subject.id } };
    }
    const page = programs.find(({ subjects }) => subjects?.[subject.kind])?.subjects?.[subject.kind];
    return page ? { to: page, params: { id: subject.id } } : null;
  };
}
