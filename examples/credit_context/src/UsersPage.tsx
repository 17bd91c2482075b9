import type { UserView } from "@groat/client";
import { useCredit, useGroat } from "@groat/react";
import { type FormEvent, useCallback, useEffect, useState } from "react";
import { api } from "./api";
import { useToast } from "./Toasts";

const creditsOf = ({ user, balances }: UserView) =>
  balances.find(({ account, asset }) => account === `user:${user}` && asset === "CREDIT")?.balance ?? "0";

/** The admin's list: each row is right within a moment, whoever changed it. */
export function UsersPage() {
  const { registerCreditUpdateCallback } = useCredit();
  const [users, setUsers] = useState<readonly UserView[]>([]);
  useEffect(() => {
    let current = true;
    void api.users({}, { limit: 100 }).then(({ items }) => current && setUsers(items));
    const reread = async (id: string) => {
      const fresh = await api.user(id);
      if (current) setUsers((known) => known.map((one) => (one.user === id ? newer(one, fresh) : one)));
    };
    const end = registerCreditUpdateCallback((id) => void reread(id));
    return () => {
      current = false;
      end();
    };
  }, [registerCreditUpdateCallback]);
  return (
    <section>
      <h2>Users</h2>
      <ul>
        {users.map((user) => (
          <UserRow key={user.user} user={user} />
        ))}
      </ul>
    </section>
  );
}

/** Two answers may come in the wrong order: the version of the balance says which one is newer. */
function newer(known: UserView, fresh: UserView): UserView {
  const version = ({ balances }: UserView) => Math.max(0, ...balances.map((balance) => balance.version));
  return version(fresh) >= version(known) ? fresh : known;
}

function UserRow({ user }: { user: UserView }) {
  const groat = useGroat();
  const { refreshUserCredits } = useCredit();
  const [typed, setTyped] = useState("");
  const say = useToast();
  // The server tells of changes of those who are watched, also by other admins, orders and vouchers.
  useEffect(() => groat.watch(user.user), [groat, user.user]);
  const update = useCallback(
    async (event: FormEvent) => {
      event.preventDefault();
      const { error } = await api.updateUserCredits(user.user, Number(typed));
      if (error) return say(error.detail || "Failed to update user credits");
      say("User credits updated successfully");
      setTyped("");
      await refreshUserCredits(user.user);
    },
    [user.user, typed, say, refreshUserCredits],
  );
  return (
    <li data-testid={`user-${user.user}`}>
      <span>{user.name || user.user}</span>
      <output>{creditsOf(user)}</output>
      <form onSubmit={update}>
        <input
          aria-label={`New credits of ${user.user}`}
          inputMode="numeric"
          required
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <button type="submit">Set</button>
      </form>
    </li>
  );
}
