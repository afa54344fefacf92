s        = "str"
s_null   = null
n        = 5
n_null   = null
b        = true
b_null   = null
any      = [1, "x"]
any_null = null
ls       = ["b", "a", "b"]
ls_empty = []
ls_null  = null
ln       = [3, 1]
ln_empty = []
ss       = ["b", "a"]
ss_empty = []
ss_null  = null
ms       = { k = "v", j = "w" }
ms_empty = {}
ms_null  = null
mn       = { k = 1 }
la       = [1, "a", null]
la_empty = []
ma       = { a = "1", b = true }
mls      = { x = ["1"], y = [] }
tup      = ["a", 1, true]
tup_null = null
o        = { name = "n", extra = "dropped" }
o_null   = null
lo       = [{ name = "a" }, { name = "b", n = null, inner = null }, { name = "c", inner = { x = null, y = [] } }]
lo_empty = []
mo       = { u1 = {}, u2 = { path = "/x/", keys = ["a"] } }
oa       = { a = [1, "x"], l = [1, "2"], m = { x = 1, y = "s" } }
sec      = "hush"
seclist  = ["h1", "h2"]
dn       = null
