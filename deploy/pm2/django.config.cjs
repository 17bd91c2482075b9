// pm2 start deploy/pm2/django.config.cjs
// manage.py run_socketio of a Django project. groat watches its own workers, so pm2 watches one process.
module.exports = {
  apps: [
    {
      name: "groat-django",
      cwd: process.env.PROJECT || "/srv/shop",
      script: process.env.PYTHON || "/srv/shop/venv/bin/python",
      args: "manage.py run_socketio --host 127.0.0.1 --port 8001",
      interpreter: "none",
      exec_mode: "fork",
      instances: 1,
      // Settings and secrets are the project's own. What settings.py reads comes from the environment of pm2 itself.
      env: { DJANGO_SETTINGS_MODULE: process.env.DJANGO_SETTINGS_MODULE || "shop.settings" },
      // pm2 stops with SIGINT, which drains as SIGTERM does; then it kills.
      kill_timeout: 45000,
      exp_backoff_restart_delay: 100,
      merge_logs: true,
    },
  ],
};
