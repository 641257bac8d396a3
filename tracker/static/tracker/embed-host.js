// For pages that show our frames: fits each frame to its content. Optional; without it the frame keeps its height.
(function () {
  "use strict";
  window.addEventListener("message", function (event) {
    if (!event.data || event.data.source !== "on-record" || typeof event.data.height !== "number") return;
    document.querySelectorAll("iframe").forEach(function (frame) {
      if (frame.contentWindow === event.source) frame.height = Math.min(Math.max(event.data.height, 100), 4000);
    });
  });
})();
