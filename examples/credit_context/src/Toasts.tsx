import { createContext, type ReactNode, useCallback, useContext, useState } from "react";

type Say = (text: string) => void;

const ToastContext = createContext<Say>(() => undefined);

/** Says something to the person: the last three are shown. */
export const useToast = () => useContext(ToastContext);

export function Toasts({ children }: { children: ReactNode }) {
  const [texts, setTexts] = useState<readonly string[]>([]);
  const say = useCallback((text: string) => setTexts((said) => [...said.slice(-2), text]), []);
  return (
    <ToastContext.Provider value={say}>
      {children}
      <div className="toasts" role="status" aria-label="News">
        {texts.map((text, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same text may come twice
          <p key={`${index} ${text}`}>{text}</p>
        ))}
      </div>
    </ToastContext.Provider>
  );
}
