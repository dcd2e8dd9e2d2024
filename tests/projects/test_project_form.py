from tests.builders import make_project, make_user

def test_x(vocabulary):
    u = make_user(parks=["shuangfu"])
    p = make_project(park="shuangfu", agreed="6.2", increases=[("1","2021-03")], planned={"started":"2020-09-01"}, reached={"registered":None}, arrivals={"2020-07":"1000"}, user=u)
    assert p.arrived_capital == 1000
    assert p.agreed_capital == 72000
    assert p.stage == "registered"
