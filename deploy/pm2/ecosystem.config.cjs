// pm2 start deploy/pm2/ecosystem.config.cjs
// groat watches its own workers, so pm2 watches one process; its cluster mode is for Node programs.
module.exports = {
  apps: [
    {
      name: "groat",
      script: process.env.GROAT_BIN || "/opt/groat/bin/groat",
      args: "serve",
      interpreter: "none",
      exec_mode: "fork",
      instances: 1,
      // The secrets come from the environment in which pm2 itself was started, never from this file.
      env: { GROAT_CONFIG: process.env.GROAT_CONFIG || "/etc/groat/groat.toml" },
      // pm2 stops with SIGINT, which drains as SIGTERM does; then it kills.
      kill_timeout: 45000,
      exp_backoff_restart_delay: 100,
      merge_logs: true,
    },
  ],
};
