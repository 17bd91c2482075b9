import path from "node:path";
import type { NextConfig } from "next";

const config: NextConfig = {
  agentRules: false,
  turbopack: { root: path.resolve(import.meta.dirname) },
  // The page asks its own origin, so that Django needs no CORS.
  rewrites: async () => [{ source: "/api/:path*", destination: `${process.env.DJANGO_URL}/api/:path*` }],
};

export default config;
