"use client";
// The connection of the whole app, as a context: one socket, and a hook for those who show what it brings.
import { createContext, type ReactNode, useContext, useEffect, useEffectEvent, useState } from "react";
import { io, type Socket } from "socket.io-client";
import { SOCKET_URL } from "@/lib/api";
import { accessToken } from "@/lib/session";

interface Connection {
  socket: Socket | null;
  live: boolean;
}

const RETRY_MS = 1_000;

const SocketContext = createContext<Connection>({ socket: null, live: false });

export function SocketProvider({ children }: { children: ReactNode }) {
  const [connection, setConnection] = useState<Connection>({ socket: null, live: false });

  useEffect(() => {
    let timer = 0;
    let gone = false;
    const socket = io(SOCKET_URL, {
      reconnectionDelayMax: 2_000,
      // Asked at each connect, so that the token is a fresh one. While Django is away it is asked again: a connect
      // without a token would be refused for good.
      auth: (give) => {
        const tryAgain = () => {
          if (!gone) timer = window.setTimeout(ask, RETRY_MS);
        };
        const ask = () => accessToken().then((token) => give({ token }), tryAgain);
        ask();
      },
    });
    const tell = () => setConnection({ socket, live: socket.connected });
    socket.on("connect", tell);
    socket.on("disconnect", tell);
    socket.on("connect_error", (error: Error & { data?: { code?: string } }) => {
      // A refusal is final for the client, but the next token is a new one.
      if (error.data?.code === "token_expired") timer = window.setTimeout(() => socket.connect(), RETRY_MS);
    });
    tell();
    return () => {
      gone = true;
      window.clearTimeout(timer);
      socket.disconnect();
    };
  }, []);

  return <SocketContext value={connection}>{children}</SocketContext>;
}

export function useLive(): boolean {
  return useContext(SocketContext).live;
}

/** Calls the handler with the object of each event of this name, for as long as the component is shown. */
export function useSocketEvent<T>(event: string, handler: (told: T) => void): void {
  const { socket } = useContext(SocketContext);
  const told = useEffectEvent(handler);
  useEffect(() => {
    const listen = (what: T) => told(what);
    socket?.on(event, listen);
    return () => {
      socket?.off(event, listen);
    };
  }, [socket, event]);
}
