// The connection of the whole app, as a context: one socket, and hooks for those who show what it brings.
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from "react";
import { io, type Socket } from "socket.io-client";

interface Connection {
  socket: Socket | null;
  /** Whether the page is live now. */
  live: boolean;
  /** Whether the last connect has brought exactly what was missed. */
  recovered: boolean;
}

const RETRY_MS = 1_000;

const WebSocketContext = createContext<Connection>({ socket: null, live: false, recovered: false });

interface Props {
  /** Where groat is; the page's own address unless given. */
  url?: string | undefined;
  /** Asks your own back end for the token of whoever is signed in. */
  getToken: () => Promise<string>;
  children: ReactNode;
}

export function WebSocketProvider({ url = "/", getToken, children }: Props) {
  const [connection, setConnection] = useState<Connection>({ socket: null, live: false, recovered: false });
  const latest = useRef(getToken);
  latest.current = getToken;

  useEffect(() => {
    let attempt = 0;
    let timer = 0;
    const later = (what: () => void) => {
      window.clearTimeout(timer);
      timer = window.setTimeout(what, RETRY_MS);
    };
    const socket = io(url, {
      // Asked at each connect, so that the token is a fresh one. A connect without a token would be refused for good,
      // so a back end that is away for a moment is asked again.
      auth: (give) => {
        attempt += 1;
        const mine = attempt;
        const ask = () => {
          latest.current().then(
            (token) => {
              if (mine === attempt) give({ token });
            },
            () => {
              if (mine === attempt) later(ask);
            },
          );
        };
        ask();
      },
    });
    const tell = () => setConnection({ socket, live: socket.connected, recovered: socket.recovered });
    socket.on("connect", tell);
    socket.on("disconnect", tell);
    socket.on("connect_error", (error: Error & { data?: { code?: string } }) => {
      // A refusal is final for the client, but the next token is a new one. The pause is for a back end whose tokens
      // have always expired already.
      if (error.data?.code === "token_expired") later(() => socket.connect());
      tell();
    });
    tell();
    return () => {
      attempt += 1;
      window.clearTimeout(timer);
      socket.disconnect();
    };
  }, [url]);

  return <WebSocketContext.Provider value={connection}>{children}</WebSocketContext.Provider>;
}

export function useWebSocket(): Connection {
  return useContext(WebSocketContext);
}

/** Calls the handler with the object of each event of this name, for as long as the component is shown. */
export function useSocketEvent<T>(event: string, handler: (told: T) => void): void {
  const { socket } = useWebSocket();
  const latest = useRef(handler);
  latest.current = handler;
  useEffect(() => {
    const listen = (told: T) => latest.current(told);
    socket?.on(event, listen);
    return () => {
      socket?.off(event, listen);
    };
  }, [socket, event]);
}
