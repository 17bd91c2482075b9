import { type FormEvent, useState } from "react";
import { signIn } from "@/lib/session";

export function SignIn() {
  const [problem, setProblem] = useState("");

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    try {
      await signIn(String(form.get("username")), String(form.get("password")));
    } catch (error) {
      setProblem((error as Error).message);
    }
  }

  return (
    <main className="sign-in">
      <form onSubmit={submit} className="card">
        <h1>
          <span className="mark">4d</span> Fourpence Bank
        </h1>
        <label>
          Name
          <input name="username" autoComplete="username" autoCapitalize="none" required />
        </label>
        <label>
          Password
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        {problem && <p role="alert">{problem}</p>}
        <button type="submit">Sign in</button>
        <p className="empty">
          This bank is an example. Sign in as <b>ursula</b> or <b>kofi</b>, with the password <b>fourpence</b>
          .
        </p>
      </form>
    </main>
  );
}
