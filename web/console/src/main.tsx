import { createRoot } from "react-dom/client";

const root = document.getElementById("root");
if (!root) throw new Error("the page has no element with id root");
createRoot(root).render(<h1>groat</h1>);
