/** 256 short, distinct words: one for each byte value. The order can never change: people compare words across versions. */
export const WORDS: readonly string[] = `
acid acorn album amber anchor ankle apple apron arch arrow atlas attic bacon badge baker bamboo
banjo barn basil beach beard beaver bell berry bishop bison blade blanket blossom boat bottle branch
brick bridge broom bucket butter cabin cactus camel candle canoe canyon carbon carpet castle cave cedar
cellar chalk cherry chess cider circus clay cliff clock cloud clover coast cobalt cocoa comet copper
coral cotton crane crater cricket crown cube curtain daisy dawn delta denim desert diary dinner dolphin
donkey dragon drum eagle earth echo elbow ember engine fabric falcon farmer feather fennel fern ferry
fiddle field finger flame flint flute forest fossil fountain fox frost galaxy garden garlic gate ginger
giraffe glacier glove goat gravel guitar hammer harbor harp hazel helmet heron hill honey hotel igloo
indigo ink iron island ivory jacket jaguar jelly jewel jungle kettle kitten ladder lagoon lake lantern
lemon lily linen lizard lobster magnet mango maple marble market meadow melon mirror mitten moon mosaic
moss muffin napkin needle nickel night nutmeg oasis ocean olive onion orbit orchid otter oyster paddle
palace panda paper parrot pasta peach pearl pebble pencil pepper piano pigeon pillow pirate planet plum
pocket pond poppy potato prism puffin puzzle quartz quilt rabbit radar radio raven ribbon river robin
rocket saddle saffron salmon sand scarf shadow shell silver sketch spider spoon squid stable statue stone
summer sunset swan table teapot temple thunder tiger timber toast tomato torch tower tulip tunnel turtle
velvet village violet volcano wagon walnut water whale wheat willow window winter wizard yacht zebra zinc`
  .trim()
  .split(/\s+/);
