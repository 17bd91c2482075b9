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
  { value: "none", label: "User" },
  { value: "support", label: "Support" },
  { value: "admin", label: "Admin" },
] as const;

/** Makes a login for a person. The first password is made here and handed over by whoever invites. */
export function CreateUserDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && onClose()}
      title="New user"
      description="A login for this console. The person can be paid at once."
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
      return setProblem("The id has letters, digits and . _ @ | - only, at most 64 of them.");
    }
    return attempt(async () => {
      const person = await groat.api.addUser({
        user: user.trim(),
        roles: role === "none" ? [] : [role],
        ...(name.trim() && { name: name.trim() }),
        ...(email.trim() && { email: email.trim() }),
        ...(password && { password }),
      });
      toast.success(`${person.name || person.user} can sign in now`);
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
      <Field label="Id" hint="Their account is user: and this id. It cannot be changed later.">
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
      <Field label="Name">
        {(wiring) => <Input {...wiring} value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <Field label="E-mail (optional)">
        {(wiring) => (
          <Input {...wiring} type="email" value={email} onChange={(event) => setEmail(event.target.value)} />
        )}
      </Field>
      <Field label="First password" hint="Hand it over yourself; it is not shown again.">
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
            <IconButton label="Another password" onClick={() => setPassword(newPassword())}>
              <RefreshCw aria-hidden />
            </IconButton>
            <IconButton label="Copy password" onClick={() => void copyText(password, "Password copied")}>
              <Copy aria-hidden />
            </IconButton>
          </span>
        )}
      </Field>
      <div className="flex flex-col gap-1.5">
        <span className="font-medium text-sm">Role</span>
        <Choice label="Role" value={role} options={ROLES} onChange={setRole} />
      </div>
      {problem && (
        <Notice tone="bad" role="alert">
          {problem}
        </Notice>
      )}
      <div className="mt-1 flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" busy={busy}>
          Create user
        </Button>
      </div>
    </form>
  );
}
