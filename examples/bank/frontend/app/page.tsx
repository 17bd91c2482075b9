"use client";
import { Dashboard } from "@/components/Dashboard";
import { SignIn } from "@/components/SignIn";
import { SocketProvider } from "@/components/SocketProvider";
import { useSignedIn } from "@/lib/session";

export default function Page() {
  const signedIn = useSignedIn();
  if (signedIn === undefined) return null;
  if (!signedIn) return <SignIn />;
  return (
    <SocketProvider>
      <Dashboard />
    </SocketProvider>
  );
}
