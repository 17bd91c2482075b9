/** The connection of the whole page: one socket, in the room of the candidate who is signed in. */
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { io, type Socket } from "socket.io-client";
import type { Me } from "./api";

interface Connection {
  socket: Socket | null;
  connected: boolean;
}

const WebSocketContext = createContext<Connection>({ socket: null, connected: false });

export const useWebSocket = () => useContext(WebSocketContext);

export function WebSocketProvider({ me, children }: { me: Me; children: ReactNode }) {
  const [connection, setConnection] = useState<Connection>({ socket: null, connected: false });

  useEffect(() => {
    const socket = io();
    const tell = () => setConnection({ socket, connected: socket.connected });
    socket.on("connect", () => {
      socket.emit("join", `candidate-${me.candidateId}`);
      tell();
    });
    socket.on("disconnect", tell);
    tell();
    return () => {
      socket.disconnect();
    };
  }, [me]);

  return <WebSocketContext.Provider value={connection}>{children}</WebSocketContext.Provider>;
}
