// The dashboard's files: three, bundled by web/, compressed and embedded in the binary.
#include "server/api/api.hpp"

extern "C" {
extern const char quarry_embedded_index_html_begin[];
extern const char quarry_embedded_index_html_end[];
extern const char quarry_embedded_app_js_begin[];
extern const char quarry_embedded_app_js_end[];
extern const char quarry_embedded_app_css_begin[];
extern const char quarry_embedded_app_css_end[];
}

namespace quarry::server {
namespace {

Response file(const char* begin, const char* end, const char* type) {
  // Nothing but this server's own files and data: no inline script, no other host.
  return {
      .content_type = type,
      .body = std::string(begin, end),
      .headers = {{"Content-Encoding", "gzip"},
                  {"Cache-Control", "no-cache"},
                  {"Content-Security-Policy",
                   "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
                   "form-action 'self'; frame-ancestors 'none'"}}};
}

}  // namespace

Response get_dashboard(const Request& request) {
  if (request.path == "/")
    return file(quarry_embedded_index_html_begin, quarry_embedded_index_html_end,
                "text/html; charset=utf-8");
  if (request.path == "/app.js")
    return file(quarry_embedded_app_js_begin, quarry_embedded_app_js_end,
                "text/javascript; charset=utf-8");
  if (request.path == "/app.css")
    return file(quarry_embedded_app_css_begin, quarry_embedded_app_css_end,
                "text/css; charset=utf-8");
  return problem(404, "there is nothing at " + request.path);
}

}  // namespace quarry::server
