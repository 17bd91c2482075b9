import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { Copy, RefreshCw } from "lucide-react";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { groat } from "../groat";
import { copyText } from "../lib/clipboard";
import { newPassword } from "../lib/password";
import { Button, IconButton } from "../ui/button";
import { Choice, Field, Input } from "../ui/field";
import { Dialog } from "../ui/overlay";
import { Notice } from "../ui/states";
import { useAttempt } from "./use-attempt";

const ROLES = [
  { value: "none", label: t`User` },
  { value: "support", label: t`Support` },
  { value: "admin", label: t`Admin` },
] as const;

/** Makes a login for a person. The first password is made here and handed over by whoever invites. */
export function CreateUserDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && onClose()}
      title={t`New user`}
      description={t`A login for this console. The person can be paid at once.`}
      testId="create-user-dialog"
    >
      {open && <CreateUserForm onClose={onClose} />}
    </Dialog>
  );
}

function CreateUserForm({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const [user, setUser] = useState("");
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState(newPassword);
  const [role, setRole] = useState<(typeof ROLES)[number]["value"]>("none");
  const { busy, problem, setProblem, attempt } = useAttempt();

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!/^[A-Za-z0-9._@|-]{1,64}$/.test(user.trim())) {
      return setProblem(t`The id has letters, digits and . _ @ | - only, at most 64 of them.`);
    }
    return attempt(async () => {
      const person = await groat.api.addUser({
        user: user.trim(),
        roles: role === "none" ? [] : [role],
        ...(name.trim() && { name: name.trim() }),
        ...(email.trim() && { email: email.trim() }),
        ...(password && { password }),
      });
      toast.success(t`${person.name || person.user} can sign in now`);
      await queries.invalidateQueries({ queryKey: ["users"] });
      onClose();
    });
  }

  return (
    <form
      onSubmit={(event) => void submit(event)}
      onChange={() => setProblem(null)}
      className="flex flex-col gap-4"
      noValidate
      autoComplete="off"
    >
      <Field label={t`Id`} hint={t`Their account is user: and this id. It cannot be changed later.`}>
        {(wiring) => (
          <Input
            {...wiring}
            autoFocus
            autoCapitalize="none"
            spellCheck={false}
            value={user}
            onChange={(event) => setUser(event.target.value)}
          />
        )}
      </Field>
      <Field label={t`Name`}>
        {(wiring) => <Input {...wiring} value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <Field label={t`E-mail (optional)`}>
        {(wiring) => (
          <Input {...wiring} type="email" value={email} onChange={(event) => setEmail(event.target.value)} />
        )}
      </Field>
      <Field label={t`First password`} hint={t`Hand it over yourself; it is not shown again.`}>
        {(wiring) => (
          <span className="flex gap-1">
            <Input
              {...wiring}
              className="font-mono"
              autoComplete="new-password"
              spellCheck={false}
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
            <IconButton label={t`Another password`} onClick={() => setPassword(newPassword())}>
              <RefreshCw aria-hidden />
            </IconButton>
            <IconButton label={t`Copy password`} onClick={() => void copyText(password, t`Password copied`)}>
              <Copy aria-hidden />
            </IconButton>
          </span>
        )}
      </Field>
      <div className="flex flex-col gap-1.5">
        <span className="font-medium text-sm">
          <Trans>Role</Trans>
        </span>
        <Choice label={t`Role`} value={role} options={ROLES} onChange={setRole} />
      </div>
      {problem && (
        <Notice tone="bad" role="alert">
          {problem}
        </Notice>
      )}
      <div className="mt-1 flex justify-end gap-2">
        <Button onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button type="submit" look="primary" busy={busy}>
          <Trans>Create user</Trans>
        </Button>
      </div>
    </form>
  );
}
