// Runs before the first paint, so that a chosen theme does not flash the other one. A file of its own: inline scripts are refused.
try {
  const theme = localStorage.getItem("groat:theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch (error) {
  console.warn("groat: this browser keeps no settings", error);
}
