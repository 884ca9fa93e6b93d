// In a narrow window the admin's main part scrolls sideways (css/admin/brand.css): then it can be
// reached with the keyboard too, which the arrow keys need.
const main = document.querySelector("main#main");

if (main) {
  const tellWhetherItScrolls = () => {
    const scrolls = getComputedStyle(main).overflowX === "auto" && main.scrollWidth > main.clientWidth;
    if (scrolls) main.tabIndex = 0;
    else main.removeAttribute("tabindex");
  };
  new ResizeObserver(tellWhetherItScrolls).observe(main);
}
