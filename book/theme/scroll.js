// Boxes that scroll sideways can be reached and moved by the keyboard, and arrow keys inside a control do not turn the page.
(() => {
    const boxes = document.querySelectorAll("main pre code, main .scroll, main .table-wrapper, main .formula");

    // Only where there is something to scroll: other boxes would be empty stops on the way.
    function reach() {
        for (const box of boxes) {
            if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
            else box.removeAttribute("tabindex");
        }
    }
    reach();
    addEventListener("resize", reach);
    document.fonts?.ready.then(reach);

    // mdBook turns the page at these keys, wherever the focus is; its listener sits on the document.
    document.body.addEventListener("keydown", event => {
        const arrow = event.key === "ArrowLeft" || event.key === "ArrowRight";
        const own = "input, select, textarea, main [tabindex='0'], [data-keys]";
        if (arrow && event.target.closest(own)) event.stopPropagation();
    });
})();
